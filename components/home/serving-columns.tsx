import { versionsInWords } from '#components/deployments/versions-in-words.ts'
import { latency, percent, rate } from '#components/ui/figures/amounts.ts'
import { Sparkline } from '#components/ui/figures/sparkline.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { deploymentTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import type { DeploymentView } from '#server/contracts/deployments.ts'
import type { TeamMetrics } from '#server/contracts/serving/observability.ts'

export type Serving = DeploymentView & { metrics: TeamMetrics['models'][number] | undefined }

export function withMetrics(deployments: readonly DeploymentView[], metrics: TeamMetrics | undefined): Serving[] {
  return deployments.map((each) => ({
    ...each,
    metrics: metrics?.models.find((model) => model.namespace === each.namespace && model.model === each.model),
  }))
}

const orDash = (value: number | null | undefined, show: (value: number) => string) =>
  value === null || value === undefined ? '–' : show(value)

export const servingColumns: readonly Column<Serving>[] = [
  { key: 'model', title: 'Model', cell: (row) => row.model, value: (row) => row.model, narrow: 'title' },
  {
    key: 'version',
    title: 'Version',
    cell: (row) => versionsInWords(row.versions),
    value: (row) => versionsInWords(row.versions),
  },
  { key: 'namespace', title: 'Where', cell: (row) => row.namespace, value: (row) => row.namespace },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <StateBadge tone={deploymentTone[row.state]}>{row.state}</StateBadge>,
    value: (row) => row.state,
    narrow: 'corner',
  },
  {
    key: 'rate',
    title: 'Requests/s',
    cell: (row) => orDash(row.metrics?.requestRate, rate),
    value: (row) => row.metrics?.requestRate ?? null,
    narrowLabel: true,
  },
  {
    key: 'hour',
    title: 'Last hour',
    cell: (row) => (
      <Sparkline
        points={row.metrics?.lastHour ?? []}
        label={`Requests to ${row.model} in the last hour`}
        tone={row.state === 'Canary' ? 'info' : 'accent'}
      />
    ),
    narrow: 'hidden',
  },
  {
    key: 'p95',
    title: 'p95',
    cell: (row) => orDash(row.metrics?.p95, latency),
    value: (row) => row.metrics?.p95 ?? null,
    narrowLabel: true,
  },
  {
    key: 'errors',
    title: 'Errors',
    cell: (row) => orDash(row.metrics?.errorRatio, percent),
    value: (row) => row.metrics?.errorRatio ?? null,
    narrowLabel: true,
  },
]

/** What a live update may change in a deployment. */
export const servingStamp = (row: DeploymentView) => JSON.stringify([row.state, row.message, row.versions])

export const servingHref = (row: DeploymentView) => `/teams/${row.team}/deployments/${row.namespace}/${row.model}`
