/** Alerts as a team sees them: what Prometheus evaluates (pending too), joined with what Alertmanager silences. */
import type { AlertView } from '../../contracts/serving/observability.ts'
import type { FiringAlert } from '../../ports/alerts.ts'
import type { Metrics } from '../../ports/metrics.ts'

/** Every rule of the platform carries the runtime's tenant label, which is the team. */
export const teamLabel = 'tenant'

type Evaluated = Awaited<ReturnType<Metrics['alerts']>>[number]

export function alertsOf(team: string, evaluated: Evaluated[], firing: FiringAlert[]): AlertView[] {
  const known = firing.filter((alert) => alert.labels[teamLabel] === team)
  const fired = known.map((alert) => {
    const match = evaluated.find((each) => sameLabels(each.labels, alert.labels))
    return view(alert.fingerprint, alert.labels, alert.annotations, {
      state: alert.silencedBy.length > 0 ? 'silenced' : 'firing',
      since: alert.startsAt,
      value: match?.value ?? null,
      silences: alert.silencedBy,
    })
  })
  const pending = evaluated
    .filter((each) => each.labels[teamLabel] === team && !known.some((alert) => sameLabels(each.labels, alert.labels)))
    .map((each) =>
      view(`pending-${keyOf(each.labels)}`, each.labels, each.annotations, {
        state: each.state,
        since: each.activeAt,
        value: each.value,
        silences: [],
      }),
    )
  return [...fired, ...pending]
}

const keyOf = (labels: Record<string, string>) =>
  Object.entries(labels)
    .sort(([left], [right]) => left.localeCompare(right))
    .map((pair) => pair.join('='))
    .join(',')

/** Alertmanager may add labels of its own; what Prometheus evaluated must all be there. */
const sameLabels = (evaluated: Record<string, string>, fired: Record<string, string>) =>
  Object.entries(evaluated).every(([name, value]) => fired[name] === value)

function view(
  fingerprint: string,
  labels: Record<string, string>,
  annotations: Record<string, string>,
  state: Pick<AlertView, 'state' | 'since' | 'value' | 'silences'>,
): AlertView {
  const model = labels.model ?? ''
  const dot = model.indexOf('.')
  return {
    fingerprint,
    name: labels.alertname ?? 'Alert',
    severity: labels.severity ?? 'none',
    summary: annotations.summary ?? labels.alertname ?? '',
    description: annotations.description ?? null,
    namespace: dot > 0 ? model.slice(0, dot) : null,
    model: dot > 0 ? model.slice(dot + 1) : null,
    labels,
    runbook: annotations.runbook_url ?? null,
    ...state,
    since: state.since === null ? null : new Date(state.since).toISOString(),
  }
}
