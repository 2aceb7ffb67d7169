import { costDelta } from '#components/ui/figures/amounts.ts'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { requestTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { RequestSort, type RequestSummary } from '#server/contracts/requests.ts'

/** What every table of requests has in common. */
export const requestTable = {
  rowKey: (row: RequestSummary) => row.id,
  href: (row: RequestSummary) => `/requests/${row.id}`,
  stamp: (row: RequestSummary) => row.updatedAt,
  sorting: { orders: RequestSort.options, unlessTold: '-number' },
}

export const requestColumns: readonly Column<RequestSummary>[] = [
  {
    key: 'number',
    title: 'Request',
    cell: (row) => `#${row.number} ${row.title}`,
    value: (row) => row.number,
  },
  { key: 'team', title: 'Team', cell: (row) => row.teamName, value: (row) => row.teamName, optional: true },
  { key: 'environment', title: 'Where', cell: (row) => row.environment, value: (row) => row.environment },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <StateBadge tone={requestTone[row.state]}>{row.stateLabel}</StateBadge>,
    value: (row) => row.stateLabel,
    narrow: 'corner',
  },
  { key: 'requester', title: 'Asked by', cell: (row) => row.requester.name, value: (row) => row.requester.name },
  {
    key: 'monthlyDelta',
    title: 'A month',
    cell: (row) => costDelta(row.monthlyDelta),
    value: (row) => row.monthlyDelta,
    narrow: 'hidden',
  },
  {
    key: 'createdAt',
    title: 'Asked',
    cell: (row) => <RelativeTime at={row.createdAt} />,
    value: (row) => row.createdAt,
    optional: true,
  },
  {
    key: 'updatedAt',
    title: 'Changed',
    cell: (row) => <RelativeTime at={row.updatedAt} />,
    value: (row) => row.updatedAt,
  },
]

/** For a reviewer, whose queue has several teams. */
export const reviewColumns = requestColumns.map((column) =>
  column.key === 'team' || column.key === 'createdAt' ? { ...column, optional: false } : column,
)
