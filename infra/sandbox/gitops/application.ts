/** The parts of Argo CD's objects that are read here, checked once at the edge. */
import { z } from 'zod'
import type { Condition, KubeObject } from '#sandbox/kube-client/objects.ts'

export const GROUP_VERSION = 'argoproj.io/v1alpha1'
export const RESOURCES_FINALIZER = 'resources-finalizer.argocd.argoproj.io'
export const REFRESH = 'argocd.argoproj.io/refresh'
/** On an ApplicationSet: look at the repository now. Taken off once that has been done. */
export const SET_REFRESH = 'argocd.argoproj.io/application-set-refresh'
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id'
export const SYNC_WAVE = 'argocd.argoproj.io/sync-wave'
export const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options'

const Source = z.looseObject({
  repoURL: z.string(),
  path: z.string().default(''),
  targetRevision: z.string().default('HEAD'),
  chart: z.string().optional(),
  directory: z
    .looseObject({
      recurse: z.boolean().default(false),
      include: z.string().default(''),
      exclude: z.string().default(''),
    })
    .default({ recurse: false, include: '', exclude: '' }),
})
export type Source = z.infer<typeof Source>

const Retry = z.looseObject({
  limit: z.number().default(5),
  refresh: z.boolean().default(false),
  backoff: z
    .looseObject({
      duration: z.union([z.string(), z.number()]).default('5s'),
      factor: z.number().default(2),
      maxDuration: z.string().default('3m'),
    })
    .default({ duration: '5s', factor: 2, maxDuration: '3m' }),
})
export type Retry = z.infer<typeof Retry>

export const ApplicationSpec = z.looseObject({
  project: z.string().default('default'),
  source: Source,
  destination: z.looseObject({
    server: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().default(''),
  }),
  syncPolicy: z
    .looseObject({
      automated: z
        .looseObject({
          enabled: z.boolean().default(true),
          prune: z.boolean().default(false),
          selfHeal: z.boolean().default(false),
          allowEmpty: z.boolean().default(false),
        })
        .optional(),
      syncOptions: z.array(z.string()).default([]),
      retry: Retry.optional(),
    })
    .default({ syncOptions: [] }),
  ignoreDifferences: z
    .array(
      z.looseObject({
        group: z.string().default(''),
        kind: z.string(),
        name: z.string().optional(),
        namespace: z.string().optional(),
        jsonPointers: z.array(z.string()).default([]),
      }),
    )
    .default([]),
})
export type ApplicationSpec = z.infer<typeof ApplicationSpec>

export const Operation = z.looseObject({
  initiatedBy: z.looseObject({ automated: z.boolean().optional(), username: z.string().optional() }).default({}),
  info: z.array(z.unknown()).optional(),
  retry: Retry.partial().optional(),
  sync: z
    .looseObject({
      revision: z.string().default(''),
      prune: z.boolean().default(false),
      dryRun: z.boolean().default(false),
      syncOptions: z.array(z.string()).default([]),
      resources: z
        .array(
          z.looseObject({
            group: z.string().default(''),
            kind: z.string(),
            name: z.string(),
            namespace: z.string().optional(),
          }),
        )
        .optional(),
      autoHealAttemptsCount: z.number().optional(),
    })
    .optional(),
})
export type Operation = z.infer<typeof Operation>

export type SyncStatusCode = 'Synced' | 'OutOfSync' | 'Unknown'
export type HealthStatusCode = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown'
export type Health = { status: HealthStatusCode; message?: string; lastTransitionTime?: string }

export type ResourceStatus = {
  group?: string
  version: string
  kind: string
  namespace?: string
  name: string
  status: SyncStatusCode
  health?: Health
  requiresPruning?: boolean
  syncWave?: number
}

export type ResourceResult = {
  group: string
  version: string
  kind: string
  namespace: string
  name: string
  status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped'
  message: string
  hookPhase: 'Running' | 'Succeeded' | 'Failed'
  syncPhase: 'Sync'
}

export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error'
export type OperationState = {
  phase: OperationPhase
  message?: string
  startedAt: string
  finishedAt?: string
  retryCount?: number
  operation: Operation
  syncResult?: { revision: string; source: Source; resources?: ResourceResult[] }
}

export type History = {
  id: number
  revision: string
  deployStartedAt: string
  deployedAt: string
  source: Source
  initiatedBy: Operation['initiatedBy']
}

export type ApplicationStatus = {
  sync?: { status: SyncStatusCode; revision?: string; comparedTo: Record<string, unknown> }
  health?: Health
  operationState?: OperationState
  history?: History[]
  resources?: ResourceStatus[]
  conditions?: Pick<Condition, 'type' | 'message' | 'lastTransitionTime'>[]
  reconciledAt?: string
  sourceType?: string
  controllerNamespace?: string
  summary?: { images?: string[] }
}

export type Application = KubeObject<unknown, ApplicationStatus> & { operation?: unknown }

const Kinds = z.array(z.looseObject({ group: z.string(), kind: z.string(), name: z.string().optional() }))
export const ProjectSpec = z.looseObject({
  sourceRepos: z.array(z.string()).default([]),
  destinations: z
    .array(
      z.looseObject({
        server: z.string().default(''),
        name: z.string().default(''),
        namespace: z.string().default(''),
      }),
    )
    .default([]),
  clusterResourceWhitelist: Kinds.default([]),
  clusterResourceBlacklist: Kinds.default([]),
  namespaceResourceWhitelist: Kinds.optional(),
  namespaceResourceBlacklist: Kinds.default([]),
})
export type ProjectSpec = z.infer<typeof ProjectSpec>
export type Project = { name: string; spec: ProjectSpec }

export type Issue = { type: string; message: string }
