import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import type { DeploymentView } from '#server/contracts/deployments.ts'
import { ShareBar } from './share-bar.tsx'

type Row = DeploymentView['versions'][number]

const columns: readonly Column<Row>[] = [
  { key: 'version', title: 'Version', cell: (row) => <b>v{row.version}</b>, value: (row) => row.version },
  {
    key: 'weight',
    title: 'Traffic',
    cell: (row) => (row.shadow ? 'shadow: gets copies, answers nobody' : <ShareBar percent={row.weight} />),
    value: (row) => (row.shadow ? null : row.weight),
  },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <StateBadge tone={foreignTone(row.state)}>{row.state}</StateBadge>,
    value: (row) => row.state,
    narrow: 'corner',
  },
  { key: 'message', title: 'Message', cell: (row) => row.message, value: (row) => row.message },
]

export function VersionTable({ versions }: { versions: readonly Row[] }) {
  return (
    <DataTable
      plain
      name="serving-versions"
      label="Versions that serve"
      columns={columns}
      rows={versions}
      rowKey={(row) => String(row.version)}
      empty={<EmptyState title="No version serves">The request for it has not been applied yet.</EmptyState>}
    />
  )
}
