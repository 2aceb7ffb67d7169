import { versionsInWords } from '#components/deployments/versions-in-words.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { deploymentTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import type { DeploymentView } from '#server/contracts/deployments.ts'

const columns: readonly Column<DeploymentView>[] = [
  { key: 'where', title: 'Where', cell: (row) => row.namespace, value: (row) => row.namespace },
  {
    key: 'versions',
    title: 'Version',
    cell: (row) => versionsInWords(row.versions),
    value: (row) => versionsInWords(row.versions),
  },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <StateBadge tone={deploymentTone[row.state]}>{row.state}</StateBadge>,
    value: (row) => row.state,
    narrow: 'corner',
  },
]

type Props = { deployments: readonly DeploymentView[] | undefined; error: unknown; onRetry: () => void }

export function WhereItServes({ deployments, error, onRetry }: Props) {
  return (
    <DataTable
      plain
      name="serving"
      label="Where it serves"
      columns={columns}
      rows={deployments}
      error={error}
      onRetry={onRetry}
      rowKey={(row) => row.servedName}
      href={(row) => `/teams/${row.team}/deployments/${row.namespace}/${row.model}`}
      empty={<EmptyState title="It serves nowhere yet">Deploy a version to one of the team’s namespaces.</EmptyState>}
    />
  )
}
