import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'
import classes from './namespaces.module.css'

type ObjectRow = NamespaceDetail['objects'][number]

const columns: readonly Column<ObjectRow>[] = [
  { key: 'name', title: 'Object', cell: (row) => <span className="mono">{row.name}</span>, value: (row) => row.name },
  { key: 'kind', title: 'Kind', cell: (row) => row.kind, value: (row) => row.kind },
  {
    key: 'sync',
    title: 'In Git',
    cell: (row) => <StateBadge tone={foreignTone(row.sync)}>{row.sync}</StateBadge>,
    value: (row) => row.sync,
    narrow: 'corner',
  },
  { key: 'health', title: 'Health', cell: (row) => row.health ?? '–', value: (row) => row.health, narrowLabel: true },
  { key: 'message', title: 'Message', cell: (row) => row.message, value: (row) => row.message },
]

/** What Git says should be there, and whether it is. */
export function ObjectTable({ objects }: { objects: NamespaceDetail['objects'] }) {
  return (
    <DataTable
      plain
      name="objects"
      label="Objects"
      columns={columns}
      rows={objects}
      rowKey={(row) => `${row.kind}/${row.name}`}
      empty={<p className={classes.quiet}>Nothing has been applied yet.</p>}
    />
  )
}
