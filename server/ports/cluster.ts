/** A Kubernetes cluster, as little of it as the portal needs. */
import { type Explanation, IntegrationError } from '../errors.ts'

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

/** Why a cluster did not do what it was asked. */
export type ClusterFault =
  | 'unreachable'
  | 'unauthenticated'
  | 'denied'
  | 'not_found'
  | 'conflict'
  | 'invalid'
  | 'busy'
  | 'failed'

export class ClusterError extends IntegrationError {
  readonly fault: ClusterFault

  constructor(fault: ClusterFault, explanation: Explanation) {
    super('cluster', explanation)
    this.name = 'ClusterError'
    this.fault = fault
  }
}

/** The fault of an error that a cluster caused; undefined for any other. */
export const faultOf = (error: unknown): ClusterFault | undefined =>
  error instanceof IntegrationError && 'fault' in error ? (error as ClusterError).fault : undefined

/** What a watch hears, for whoever wants to know that it is alive: nothing is asked of it. */
export type WatchSign = 'listed' | 'event' | 'bookmark' | 'stalled'

export type LogOptions = {
  container?: string
  /** Of the run before this one, for a container that has been started again. */
  previous?: boolean
  tailLines?: number
  sinceSeconds?: number
  /** Cut there; 1 MiB unless told. */
  limitBytes?: number
}

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
      onSign?: (sign: WatchSign) => void
      signal: AbortSignal
    },
  ): Promise<void>
  logs(namespace: string, pod: string, options?: LogOptions): Promise<string>
  /** A plural may name a part of a kind, as in `pods/log`. */
  canI(verb: string, kind: KindRef, namespace?: string): Promise<boolean>
  /**
   * Merges a change into an object that is there; one that is not is a `not_found`. With a `resourceVersion` among the
   * metadata it is a `conflict` when somebody else was faster.
   */
  patch(kind: KindRef, name: string, namespace: string, change: object): Promise<KubernetesObject>
  probe(): Promise<{ version: string; address: string }>
}
