/** Objects the contract suite puts in Git and in the cluster. JSON is YAML too, and needs no writer. */
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { GROUP_VERSION, RESOURCES_FINALIZER, SYNC_WAVE } from '../application.ts'

const json = (object: KubeObject): string => `${JSON.stringify(object, null, 2)}\n`
const waved = (wave: number | undefined) => (wave === undefined ? {} : { annotations: { [SYNC_WAVE]: String(wave) } })

/** What a commit does to a folder: contents, null for a file that goes, links. */
export type Files = Record<string, string | null | { link: string }>

export const under = <T>(name: string, files: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(files).map(([file, content]) => [`apps/${name}/${file}`, content]))

export const namespace = (name: string): string => json({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

export const configMap = (space: string, name: string, data: Record<string, string>, wave?: number): string =>
  json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: space, ...waved(wave) }, data })

export const secret = (space: string, name: string): string =>
  json({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: space }, stringData: { word: 'x' } })

export const quota = (space: string, hard: Record<string, string>): string =>
  json({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: space }, spec: { hard } })

export const inferenceModel = (space: string, name: string, wave?: number): string =>
  json({
    apiVersion: 'inference.modelyard.dev/v1alpha1',
    kind: 'InferenceModel',
    metadata: { name, namespace: space, ...waved(wave) },
    spec: {
      tenant: 'team',
      versions: [{ version: '1', modelRef: { digest: `sha256:${'0'.repeat(64)}` }, weight: 100 }],
    },
  })

export const condition = (type: string, status: string, message: string) => ({
  type,
  status,
  message,
  reason: 'Contract',
  lastTransitionTime: '2026-01-01T00:00:00Z',
})

export const project = (name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: GROUP_VERSION,
  kind: 'AppProject',
  metadata: { name, namespace: 'argocd' },
  spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], ...spec },
})

export type ApplicationOptions = {
  project?: string
  namespace?: string
  automated?: boolean
  cascade?: boolean
  retries?: number
}

export const application = (
  name: string,
  repoURL: string,
  server: string,
  options: ApplicationOptions,
): KubeObject => ({
  apiVersion: GROUP_VERSION,
  kind: 'Application',
  metadata: { name, namespace: 'argocd', ...(options.cascade ? { finalizers: [RESOURCES_FINALIZER] } : {}) },
  spec: {
    project: options.project ?? 'open',
    source: { repoURL, path: `apps/${name}`, targetRevision: 'main' },
    destination: { server, namespace: options.namespace ?? name },
    syncPolicy: {
      ...(options.automated === false ? {} : { automated: { prune: true, selfHeal: true } }),
      retry: { limit: options.retries ?? 3, backoff: { duration: '1s', factor: 1, maxDuration: '1s' } },
      syncOptions: ['ServerSideApply=true'],
    },
  },
})

export const applicationSet = (name: string, repoURL: string, server: string): KubeObject => ({
  apiVersion: GROUP_VERSION,
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd' },
  spec: {
    generators: [
      { git: { repoURL, revision: 'main', directories: [{ path: 'teams/*/*/namespaces/*' }], requeueAfterSeconds: 2 } },
    ],
    template: {
      metadata: {
        name: '{{path.basename}}',
        finalizers: [RESOURCES_FINALIZER],
        labels: { 'modelyard.dev/team': '{{path[1]}}', 'modelyard.dev/environment': '{{path[2]}}' },
      },
      spec: {
        project: 'open',
        source: { repoURL, path: '{{path}}', targetRevision: 'main' },
        destination: { server, namespace: '{{path.basename}}' },
        syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['ServerSideApply=true'] },
      },
    },
  },
})

export const inferenceModelDefinition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'inferencemodels.inference.modelyard.dev' },
  spec: {
    group: 'inference.modelyard.dev',
    scope: 'Namespaced',
    names: {
      plural: 'inferencemodels',
      singular: 'inferencemodel',
      kind: 'InferenceModel',
      listKind: 'InferenceModelList',
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
