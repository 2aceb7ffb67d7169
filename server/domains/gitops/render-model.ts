/** A model on the shared runtime: one InferenceModel in the team's namespace. */
import type { KubernetesObject } from '../../ports/cluster.ts'
import { labelsOf, type Owner } from './labels.ts'

export type ServedVersion = { version: number; digest: string; weight: number; shadow: boolean }
export type ModelSpec = Owner & {
  namespace: string
  model: string
  versions: ServedVersion[]
  limits: { concurrency: number; requestsPerSecond: number; timeoutMilliseconds: number } | null
  labels: string[]
}

export function renderModel(spec: ModelSpec): KubernetesObject[] {
  return [
    {
      apiVersion: 'inference.modelyard.dev/v1alpha1',
      kind: 'InferenceModel',
      metadata: { labels: labelsOf(spec), name: spec.model, namespace: spec.namespace },
      spec: {
        ...(spec.limits ? { limits: spec.limits } : {}),
        ...(spec.labels.length > 0 ? { monitoring: { labels: spec.labels } } : {}),
        tenant: spec.team,
        versions: spec.versions.map(({ version, digest, weight, shadow }) => ({
          modelRef: { digest: `sha256:${digest}` },
          shadow,
          version: String(version),
          weight,
        })),
      },
    },
  ]
}
