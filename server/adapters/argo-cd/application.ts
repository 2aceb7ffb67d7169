/**
 * An Application as Argo CD writes it, read tolerantly: a field that is missing or of another shape is left out, never
 * the whole object, and a word of state that is new is kept as it is.
 */
import { z } from 'zod'
import type { KubernetesObject } from '../../ports/cluster.ts'
import type { Application } from '../../ports/gitops/gitops.ts'

const text = z.string().catch('')
const maybe = z.string().min(1).nullish().catch(null)
const yes = z.boolean().catch(false)
/** The entries that can be read; a strange one does not hide its neighbours. */
const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) => items.flatMap((item) => schema.safeParse(item).data ?? []))
const bag = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).catch(() => z.object(shape).parse({}))

const InitiatedBy = bag({ username: maybe, automated: yes })
const Health = bag({ status: maybe, message: maybe })
const Source = bag({ path: text, targetRevision: text })

const Spec = bag({
  source: Source,
  sources: list(z.object({ path: text, targetRevision: text })),
  destination: bag({ namespace: text }),
  syncPolicy: bag({
    automated: z
      .object({ enabled: z.boolean().catch(true), prune: yes })
      .nullish()
      .catch(null),
    syncOptions: z.array(z.string()).optional().catch(undefined),
    retry: z.looseObject({}).optional().catch(undefined),
  }),
})

const Status = bag({
  sync: bag({ status: maybe, revision: maybe }),
  health: Health,
  reconciledAt: maybe,
  operationState: z
    .object({
      phase: text,
      message: maybe,
      startedAt: maybe,
      finishedAt: maybe,
      retryCount: z.int().catch(0),
      syncResult: bag({ revision: maybe }),
      operation: bag({ initiatedBy: InitiatedBy, sync: bag({ revision: maybe }) }),
    })
    .nullish()
    .catch(null),
  history: list(z.object({ id: z.int(), revision: text, deployedAt: maybe, initiatedBy: InitiatedBy })),
  resources: list(
    z.object({
      group: text,
      kind: z.string(),
      namespace: maybe,
      name: z.string(),
      status: maybe,
      health: Health,
      requiresPruning: yes,
    }),
  ),
  conditions: list(z.object({ type: z.string(), message: text, lastTransitionTime: maybe })),
})

export const refreshAnnotation = 'argocd.argoproj.io/refresh'
const keptHistory = 10

/** What an operation asks for is taken from here, as Argo CD does for one that it begins itself. */
export const specOf = (object: KubernetesObject) => Spec.parse(object.spec)

export function parseApplication(object: KubernetesObject, label: { team: string; environment: string }): Application {
  const spec = specOf(object)
  const status = Status.parse(object.status)
  const { metadata } = object
  const source = spec.sources[0] ?? spec.source
  const automated = spec.syncPolicy.automated ?? null
  const operation = status.operationState ?? null
  const asked =
    object.operation === undefined || object.operation === null ? null : z.looseObject({}).safeParse(object.operation)
  return {
    name: metadata.name,
    team: metadata.labels?.[label.team] ?? null,
    environment: metadata.labels?.[label.environment] ?? null,
    namespace: spec.destination.namespace,
    path: source.path,
    targetRevision: source.targetRevision || 'HEAD',
    automated: automated?.enabled ?? false,
    prunes: automated?.prune ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
    sync: status.sync.status ?? 'Unknown',
    revision: status.sync.revision ?? null,
    health: status.health.status ?? 'Unknown',
    healthMessage: status.health.message ?? null,
    operation:
      asked && operation?.phase !== 'Running'
        ? waiting
        : operation && {
            phase: operation.phase || 'Unknown',
            message: operation.message ?? null,
            revision: operation.syncResult.revision ?? operation.operation.sync.revision ?? null,
            startedAt: time(operation.startedAt),
            finishedAt: time(operation.finishedAt),
            by: operation.operation.initiatedBy.username ?? null,
            retries: operation.retryCount,
          },
    history: status.history
      .map(({ id, revision, deployedAt, initiatedBy }) => ({
        id,
        revision,
        at: time(deployedAt),
        by: initiatedBy.username ?? null,
      }))
      .sort((one, other) => other.id - one.id)
      .slice(0, keptHistory),
    resources: status.resources.map((each) => ({
      group: each.group,
      kind: each.kind,
      namespace: each.namespace ?? null,
      name: each.name,
      sync: each.status ?? 'Unknown',
      health: each.health.status ?? null,
      message: each.health.message ?? null,
      toBeRemoved: each.requiresPruning,
    })),
    messages: status.conditions.map((each) => ({
      type: each.type,
      message: each.message,
      at: time(each.lastTransitionTime),
    })),
    lookedAt: time(status.reconciledAt),
    askedToLook: metadata.annotations?.[refreshAnnotation] !== undefined,
  }
}

/** Asked for, and the controller has not taken it up yet. */
const waiting = {
  phase: 'Asked for',
  message: null,
  revision: null,
  startedAt: null,
  finishedAt: null,
  by: null,
  retries: 0,
}

function time(value: string | null | undefined): string | null {
  const milliseconds = Date.parse(value ?? '')
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString()
}
