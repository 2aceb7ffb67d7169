import { isDeepStrictEqual } from 'node:util'
import { at } from '#sandbox/kube-client/fields.ts'
import { timestamp } from '#sandbox/kube-client/objects.ts'
import {
  type Application,
  type ApplicationSpec,
  type ApplicationStatus,
  type HealthStatusCode,
  type History,
  type Issue,
  type OperationState,
  REFRESH,
} from './application.ts'
import type { Comparison } from './sync/comparison.ts'
import { isRunning } from './sync/operation.ts'

const KEPT_HISTORY = 10

type Seen = { spec: ApplicationSpec | undefined; revision: string }

export const statusFrom = (
  application: Application,
  found: { comparison: Comparison } | undefined,
  seen: Seen,
  issues: readonly Issue[],
  operation: OperationState | undefined,
  now: Date,
): ApplicationStatus => {
  const before = application.status ?? {}
  const comparedTo = { source: at(application.spec, 'source'), destination: at(application.spec, 'destination') }
  const health: HealthStatusCode = found ? found.comparison.health : (before.health?.status ?? 'Unknown')
  const invalid = issues.some((issue) => issue.type === 'InvalidSpecError')
  const healthNow = invalid ? 'Unknown' : health
  const since = before.health?.status === healthNow ? before.health.lastTransitionTime : undefined
  const history = historyAfter(before, seen, operation)
  return {
    ...before,
    controllerNamespace: 'argocd',
    sourceType: 'Directory',
    sync: {
      status: found ? found.comparison.sync : 'Unknown',
      comparedTo,
      ...(seen.revision ? { revision: seen.revision } : {}),
    },
    health: { status: healthNow, lastTransitionTime: since ?? timestamp(now) },
    resources: found ? found.comparison.resources : invalid ? [] : (before.resources ?? []),
    conditions: issues.map((issue) => {
      const known = before.conditions?.find((each) => each.type === issue.type && each.message === issue.message)
      return { ...issue, lastTransitionTime: known?.lastTransitionTime ?? timestamp(now) }
    }),
    summary: found ? summaryOf(found.comparison) : (before.summary ?? {}),
    ...(operation ? { operationState: operation } : {}),
    ...(history ? { history } : {}),
  }
}

const summaryOf = (comparison: Comparison): { images?: string[] } => {
  const images = new Set<string>()
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) collect(each)
    else if (typeof value === 'object' && value !== null) {
      const image = at(value, 'image')
      if (typeof image === 'string') images.add(image)
      for (const each of Object.values(value)) collect(each)
    }
  }
  for (const { live } of comparison.items) collect(at(live?.spec, 'template', 'spec'))
  return images.size > 0 ? { images: [...images].sort() } : {}
}

/** A whole sync that succeeded is a deployment worth remembering; mending single resources is not. */
const historyAfter = (
  before: ApplicationStatus,
  seen: Seen,
  operation: OperationState | undefined,
): History[] | undefined => {
  const past = before.history
  const result = operation?.syncResult
  if (operation?.phase !== 'Succeeded' || !operation.finishedAt || !result || !seen.spec) return past
  if (operation.operation.sync?.dryRun || operation.operation.sync?.resources) return past
  const last = past?.at(-1)
  const entry: History = {
    id: last ? last.id + 1 : 0,
    revision: result.revision,
    deployStartedAt: operation.startedAt,
    deployedAt: operation.finishedAt,
    source: result.source,
    initiatedBy: operation.operation.initiatedBy,
  }
  return [...(past ?? []), entry].slice(-KEPT_HISTORY)
}

/** The merge patch that takes the object to this status; undefined when it says so already. */
export const applicationPatch = (
  application: Application,
  status: ApplicationStatus,
  operation: OperationState | undefined,
  refresh: string | undefined,
): unknown => {
  const running = isRunning(operation) ? operation?.operation : undefined
  const operationField = running ?? (application.operation === undefined ? undefined : null)
  const metadata = refresh === undefined ? undefined : { annotations: { [REFRESH]: null } }
  const unchanged =
    refresh === undefined &&
    isDeepStrictEqual(plain(application.status), plain(status)) &&
    (operationField === undefined || isDeepStrictEqual(plain(application.operation), plain(operationField)))
  if (unchanged) return undefined
  return {
    ...(metadata ? { metadata } : {}),
    ...(operationField === undefined ? {} : { operation: operationField }),
    status: replaced(application.status, { ...status, reconciledAt: timestamp() }),
  }
}

const plain = (value: unknown): unknown => {
  if (value === undefined) return undefined
  const copy: unknown = JSON.parse(JSON.stringify(value))
  return copy
}

/** A merge patch that also removes what is no longer said. */
const replaced = (before: unknown, after: unknown): unknown => {
  if (!isBag(before) || !isBag(after)) return after
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null
  for (const [key, value] of Object.entries(after)) if (value !== undefined) patch[key] = replaced(before[key], value)
  return patch
}

const isBag = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
