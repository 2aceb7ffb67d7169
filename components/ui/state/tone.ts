import type { deploymentStates } from '#server/contracts/deployments.ts'
import type { NamespaceView } from '#server/contracts/namespaces.ts'
import type { IntegrationView } from '#server/contracts/platform/integrations.ts'
import type { RequestState } from '#server/contracts/requests/life.ts'
import type { Verdict } from '#server/contracts/requests.ts'
import type { AlertView } from '#server/contracts/serving/observability.ts'

/** What a state means for the reader; each has a colour, and is never shown without its word. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'neutral'

export const requestTone: Record<RequestState, Tone> = {
  opening: 'info',
  in_review: 'warn',
  changes_requested: 'warn',
  approved: 'info',
  merging: 'info',
  syncing: 'info',
  done: 'good',
  rejected: 'bad',
  cancelled: 'neutral',
  failed: 'bad',
}

export const deploymentTone: Record<(typeof deploymentStates)[number], Tone> = {
  Healthy: 'good',
  Canary: 'info',
  Deploying: 'info',
  Degraded: 'warn',
  Failed: 'bad',
  'Quota exceeded': 'bad',
  'Out of sync': 'warn',
  'Waiting for approval': 'warn',
  Removing: 'neutral',
  Unknown: 'neutral',
}

export const namespaceTone: Record<NamespaceView['state'], Tone> = {
  Ready: 'good',
  Waiting: 'info',
  'Out of sync': 'warn',
  Degraded: 'warn',
  Terminating: 'neutral',
  Unknown: 'neutral',
}

export const verdictTone: Record<Verdict['outcome'], Tone> = { automatic: 'good', review: 'info', refused: 'bad' }

export const alertTone: Record<AlertView['state'], Tone> = { firing: 'bad', pending: 'warn', silenced: 'neutral' }

export const integrationTone: Record<IntegrationView['state'], Tone> = {
  ok: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'neutral',
  not_configured: 'neutral',
}

/** For words that come from elsewhere: Argo CD's health and sync, Kubernetes' event types, a replica's load state. */
export function foreignTone(word: string): Tone {
  if (/^(healthy|synced|ready|ok|active|bound|running|succeeded|normal)$/i.test(word)) return 'good'
  if (/^(progressing|loading|pending|deploying|waiting)$/i.test(word)) return 'info'
  if (/^(outofsync|degraded|warning|quarantined|suspended)$/i.test(word)) return 'warn'
  if (/^(failed|error|missing|crashloopbackoff|critical)$/i.test(word)) return 'bad'
  return 'neutral'
}
