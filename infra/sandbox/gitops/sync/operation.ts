/** A sync from its request to its end: start, steps, retries with growing pauses, termination. */
import { timestamp } from '#sandbox/kube-client/objects.ts'
import type { ApplicationSpec, Operation, OperationState, ResourceResult, Retry, Source } from '../application.ts'
import type { Comparison } from './comparison.ts'
import type { Step } from './sync.ts'

const AUTOMATED_RETRIES = 5
const SELF_HEAL = { firstMilliseconds: 2000, factor: 3, capMilliseconds: 300_000 }

export const isRunning = (state: OperationState | undefined): boolean =>
  state?.phase === 'Running' || state?.phase === 'Terminating'

export const begin = (operation: Operation, now: Date): OperationState => ({
  phase: 'Running',
  startedAt: timestamp(now),
  operation,
})

/** How long a failed attempt still has to rest; undefined when the operation is not between attempts. */
export const restOf = (state: OperationState, now: Date): number | undefined => {
  if (state.phase !== 'Running' || !state.finishedAt) return undefined
  return Date.parse(state.finishedAt) + pauseOf(state.operation.retry, (state.retryCount ?? 1) - 1) - now.getTime()
}

export const beginAgain = (state: OperationState): OperationState => {
  const { finishedAt: _finished, syncResult: _result, ...rest } = state
  const refreshed = state.operation.retry?.refresh ?? false
  const sync = state.operation.sync
  return {
    ...rest,
    message: `Retrying operation${refreshed ? ' with latest revisions' : ''}. Attempt #${state.retryCount ?? 1}`,
    operation: refreshed && sync ? { ...state.operation, sync: { ...sync, revision: '' } } : state.operation,
  }
}

export const advance = (
  state: OperationState,
  step: Step,
  revision: string,
  source: Source,
  now: Date,
): OperationState => {
  const resources: ResourceResult[] = step.results
  const next: OperationState = { ...state, message: step.message, syncResult: { revision, source, resources } }
  if (step.phase === 'Running') return { ...next, phase: 'Running' }
  return step.phase === 'Succeeded'
    ? { ...next, phase: 'Succeeded', finishedAt: timestamp(now) }
    : fail(next, step, now)
}

export const fail = (state: OperationState, step: Pick<Step, 'phase' | 'message'>, now: Date): OperationState => {
  const tries = state.retryCount ?? 0
  const limit = state.operation.retry?.limit ?? 0
  const finishedAt = timestamp(now)
  if (state.phase === 'Terminating') return { ...state, phase: 'Failed', message: 'Operation terminated', finishedAt }
  if (limit < 0 || tries < limit) {
    const at = new Date(now.getTime() + pauseOf(state.operation.retry, tries))
    const message = `${step.message}. Retrying attempt #${tries + 1} at ${kitchen(at)}.`
    return { ...state, phase: 'Running', message, finishedAt, retryCount: tries + 1 }
  }
  const message = tries > 0 ? `${step.message} (retried ${tries} times).` : step.message
  return { ...state, phase: step.phase, message, finishedAt }
}

type Automatic = { start: Operation } | { wait: number } | { issue: string } | undefined

/** Whether drift is to be mended without being asked, and how. */
export const automaticSync = (
  spec: ApplicationSpec,
  comparison: Comparison,
  revision: string,
  last: OperationState | undefined,
  now: Date,
): Automatic => {
  const automated = spec.syncPolicy.automated
  if (!automated?.enabled || comparison.sync !== 'OutOfSync') return undefined
  const { resources } = comparison
  const drifted = resources.filter((resource) => resource.status !== 'Synced')
  if (!automated.prune && drifted.every((resource) => resource.requiresPruning)) return undefined
  const operation: Operation = {
    initiatedBy: { automated: true },
    retry: spec.syncPolicy.retry ?? { limit: AUTOMATED_RETRIES },
    sync: { revision, prune: automated.prune, dryRun: false, syncOptions: spec.syncPolicy.syncOptions },
  }
  const attempted = last?.syncResult?.revision === revision && !isRunning(last)
  if (attempted && last.phase !== 'Succeeded') {
    return { issue: `Failed last sync attempt to [${revision}]: ${last.message ?? ''}` }
  }
  if (attempted) {
    if (!automated.selfHeal) return undefined
    const attempts = last.operation.sync?.autoHealAttemptsCount ?? 0
    const wait = healingPause(attempts) - (now.getTime() - Date.parse(last.finishedAt ?? last.startedAt))
    if (wait > 0) return { wait }
    const chosen = drifted.map(({ group = '', kind, name }) => ({ group, kind, name }))
    return { start: withSync(operation, { autoHealAttemptsCount: attempts + 1, resources: chosen }) }
  }
  if (automated.prune && !automated.allowEmpty && resources.every((resource) => resource.requiresPruning)) {
    return { issue: `Skipping sync attempt to [${revision}]: auto-sync will wipe out all resources` }
  }
  return { start: operation }
}

const withSync = (operation: Operation, more: Partial<NonNullable<Operation['sync']>>): Operation =>
  operation.sync ? { ...operation, sync: { ...operation.sync, ...more } } : operation

const healingPause = (attempts: number): number =>
  attempts === 0
    ? 0
    : Math.min(SELF_HEAL.firstMilliseconds * SELF_HEAL.factor ** (attempts - 1), SELF_HEAL.capMilliseconds)

const pauseOf = (retry: Partial<Retry> | undefined, tries: number): number => {
  const first = millisecondsOf(retry?.backoff?.duration ?? '5s')
  return Math.min(first * (retry?.backoff?.factor ?? 2) ** tries, millisecondsOf(retry?.backoff?.maxDuration ?? '3m'))
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's durations (`1m30s`); a bare number counts seconds. */
export const millisecondsOf = (duration: string | number): number => {
  if (typeof duration === 'number' || /^\d+$/.test(duration)) return Number(duration) * 1000
  let total = 0
  for (const [, amount, unit] of duration.matchAll(/([\d.]+)(ms|s|m|h)/g))
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total
}

/** 3:04PM, as Argo CD writes the time of the next attempt. */
const kitchen = (at: Date): string => {
  const hours = at.getUTCHours()
  return `${hours % 12 || 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${hours < 12 ? 'AM' : 'PM'}`
}
