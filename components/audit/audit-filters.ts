import type { AuditFilters } from '#components/queries/audit.ts'
import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { AuditSort } from '#server/contracts/platform/audit.ts'

/** What the address of the page says; every part may be empty. */
export type AuditSearch = Record<(typeof auditSearchNames)[number], string>

export const auditSearchNames = ['q', 'team', 'action', 'actor', 'from', 'to', 'sort'] as const

export function readAuditSearch(search: Record<string, string | string[] | undefined>): AuditSearch {
  const text = (name: string) => {
    const value = search[name]
    return typeof value === 'string' ? value.slice(0, 200) : ''
  }
  return {
    q: text('q'),
    team: text('team'),
    action: text('action'),
    actor: text('actor'),
    from: text('from'),
    to: text('to'),
    sort: text('sort'),
  }
}

/** Only what is set, for a short address. */
export const auditSearchOf = (search: AuditSearch): Record<string, string> =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== ''))

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** A day means all of it, in UTC: from its first moment to its last. */
export function auditFilters(search: AuditSearch): AuditFilters {
  const { from, to, sort, ...words } = search
  const order = serverSort(AuditSort, sort)
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value.trim() !== '')),
    ...(isDay(from) && { from: `${from}T00:00:00Z` }),
    ...(isDay(to) && { to: `${to}T23:59:59.999Z` }),
    ...(order && { sort: order }),
  }
}
