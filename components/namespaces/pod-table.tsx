import { useMay } from '#components/layout/me-context.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'

type Pod = NamespaceDetail['pods'][number]

const toneOf = (state: string) => (/(BackOff|Error|Err|Killed|Evicted)/.test(state) ? 'bad' : foreignTone(state))

const columns: readonly Column<Pod>[] = [
  { key: 'name', title: 'Pod', cell: (pod) => <span className="mono">{pod.name}</span>, value: (pod) => pod.name },
  {
    key: 'state',
    title: 'State',
    cell: (pod) => <StateBadge tone={toneOf(pod.state)}>{pod.state}</StateBadge>,
    value: (pod) => pod.state,
    narrow: 'corner',
  },
  { key: 'ready', title: 'Ready', cell: (pod) => pod.ready, value: (pod) => pod.ready, narrowLabel: true },
  { key: 'restarts', title: 'Restarts', cell: (pod) => pod.restarts, value: (pod) => pod.restarts, narrowLabel: true },
  {
    key: 'startedAt',
    title: 'Started',
    cell: (pod) => (pod.startedAt ? <RelativeTime at={pod.startedAt} /> : '–'),
    value: (pod) => pod.startedAt,
    narrowLabel: true,
  },
  { key: 'message', title: 'Message', cell: (pod) => pod.message, value: (pod) => pod.message },
]

/** What runs in the namespace; those in trouble first. A pod leads to its log. */
export function PodTable({ namespace: { team, name, pods } }: { namespace: NamespaceDetail }) {
  const may = useMay(team)
  return (
    <DataTable
      plain
      name="pods"
      label="Pods"
      columns={columns}
      rows={pods}
      rowKey={(pod) => pod.name}
      {...(may('pod.readLog') && { href: (pod: Pod) => `/teams/${team}/namespaces/${name}/pods/${pod.name}` })}
      empty={null}
    />
  )
}
