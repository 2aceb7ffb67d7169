/** From what is kept of an integration to what a page shows. */
import type { IntegrationView, WatchView, WebhooksView } from '../../contracts/platform/integrations.ts'
import type { WatchPulse } from '../observed/observed.ts'
import type { Probe } from './probe.ts'
import { Stored } from './report.ts'

export type Row = {
  name: string
  lastSuccess: Date | null
  lastError: string | null
  errorAt: Date | null
  facts: unknown
}

/** Bookmarks come about once a minute; a watch that has heard nothing for this long may have missed something. */
const quietAfter = 120_000

export const blank = {
  version: null,
  latencyMilliseconds: null,
  lastSuccess: null,
  lastError: null,
  lastErrorAt: null,
  since: null,
  checkedAt: null,
  remedy: null,
  facts: [],
  permissions: [],
  watches: [],
  webhooks: null,
} satisfies Partial<IntegrationView>

type Known = { row: Row | undefined; pulses: readonly WatchPulse[]; webhooks: WebhooksView | null; now: Date }

export function viewOf(probe: Probe, { row, pulses, webhooks, now }: Known): IntegrationView {
  const { name, title, group, missing } = probe
  const view: IntegrationView = { ...blank, name, title, group, state: 'unknown' }
  if (missing.length > 0) {
    const remedy = `Set ${missing.join(' and ')}, then restart the portal.`
    return { ...view, state: 'not_configured', remedy }
  }
  const stored = Stored.safeParse(row?.facts).data
  if (!row || !stored) return { ...view, remedy: 'The worker has not asked yet. It does within seconds of its start.' }
  const { report, since, checkedAt } = stored
  const watches = pulses.map((pulse) => watchView(pulse, now))
  const troubled = watches.find((each) => each.state === 'failing' || each.state === 'quiet')
  return {
    ...view,
    state: report.state === 'ok' && troubled ? 'degraded' : report.state,
    since,
    checkedAt,
    version: report.version,
    latencyMilliseconds: report.latencyMilliseconds,
    lastSuccess: row.lastSuccess?.toISOString() ?? null,
    lastError: row.lastError,
    lastErrorAt: row.errorAt?.toISOString() ?? null,
    remedy: report.remedy ?? (troubled ? watchRemedy(troubled) : null),
    facts: report.facts,
    permissions: report.permissions,
    watches,
    webhooks,
  }
}

const watchRemedy = ({ kind, problem }: WatchView) =>
  problem === null
    ? `Nothing has been heard of ${kind} lately. The watch is begun anew by itself; if it stays, look at the worker’s log.`
    : `${kind} cannot be followed: ${problem}`

const kindWords: Record<string, string> = {
  namespace: 'Namespaces',
  quota: 'Quotas',
  model: 'Models',
  pod: 'Pods',
  application: 'Applications',
}

function watchView({ kind, heardAt, problem, facts }: WatchPulse, now: Date): WatchView {
  const isQuiet = heardAt === null || now.getTime() - heardAt.getTime() > quietAfter
  const { objects, stalls, delayMilliseconds, listedAt, eventAt, bookmarkAt } = facts
  return {
    kind: kindWords[kind] ?? kind,
    state: problem !== null ? 'failing' : heardAt === null ? 'unknown' : isQuiet ? 'quiet' : 'following',
    problem,
    objects,
    heardAt: heardAt?.toISOString() ?? null,
    listedAt,
    eventAt,
    bookmarkAt,
    stalls,
    delayMilliseconds,
  }
}
