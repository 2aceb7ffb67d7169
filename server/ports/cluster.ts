/** A Kubernetes cluster, as little of it as the portal needs. */

export type KindRef = { apiVersion: string; kind: string; plural: string; namespaced: boolean }

export const kinds = {
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  resourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  event: { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', plural: 'applications', namespaced: true },
  applicationSet: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    plural: 'applicationsets',
    namespaced: true,
  },
  inferenceModel: {
    apiVersion: 'inference.modelyard.dev/v1alpha1',
    kind: 'InferenceModel',
    plural: 'inferencemodels',
    namespaced: true,
  },
} as const satisfies Record<string, KindRef>

export type KubernetesObject = {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    generation?: number
    creationTimestamp?: string
    deletionTimestamp?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  spec?: unknown
  status?: unknown
  [field: string]: unknown
}

export type Selection = { namespace?: string; labelSelector?: string; fieldSelector?: string }

export type WatchEvent<Item> =
  | { type: 'synced'; items: Item[] }
  | { type: 'changed'; item: Item }
  | { type: 'deleted'; item: Item }
  /** The watch does not reach the cluster; what is known grows old. It keeps trying. */
  | { type: 'problem'; message: string }

export interface Cluster {
  readonly name: string
  get(kind: KindRef, name: string, namespace?: string): Promise<KubernetesObject | undefined>
  /** All objects of a selection, read page by page. */
  list(kind: KindRef, selection?: Selection): Promise<KubernetesObject[]>
  /** Server-side apply under the portal's field manager. */
  apply(object: KubernetesObject, options?: { dryRun?: boolean; force?: boolean }): Promise<KubernetesObject>
  /**
   * Lists, then follows, then lists again when the history is gone or the stream has fallen silent. `project` keeps
   * what is needed of each object before anything is held.
   */
  watch<Item>(
    kind: KindRef,
    options: Selection & {
      project: (object: KubernetesObject) => Item
      onEvent: (event: WatchEvent<Item>) => void
      signal: AbortSignal
    },
  ): Promise<void>
  logs(namespace: string, pod: string, options?: { container?: string; tailLines?: number }): Promise<string>
  canI(verb: string, kind: KindRef, namespace?: string): Promise<boolean>
  /** Merge-patches annotations: the way Argo CD is asked for a refresh. */
  annotate(kind: KindRef, name: string, namespace: string, annotations: Record<string, string | null>): Promise<void>
  probe(): Promise<{ version: string }>
}
