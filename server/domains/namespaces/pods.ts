import type { NamespaceDetail } from '../../contracts/namespaces.ts'
import type { ObservedPod, Seen } from '../observed/observed.ts'

type PodView = NamespaceDetail['pods'][number]

const mostShown = 100

/** Those in trouble first: what runs as it should is rarely what somebody looks for. */
export function podViews(pods: readonly Seen<ObservedPod>[]): PodView[] {
  return pods
    .map(({ name, data }) => ({
      name,
      state: stateOf(data),
      ready: `${data.ready}/${data.containers}`,
      restarts: data.restarts,
      owner: data.owner,
      message: data.message,
      startedAt: isoOf(data.startedAt),
    }))
    .sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name))
    .slice(0, mostShown)
}

/** The one word that says most, as kubectl shows it. */
function stateOf({ deleting, phase, reason, ready, containers }: ObservedPod): string {
  if (deleting) return 'Terminating'
  if (reason && (phase !== 'Running' || ready < containers)) return reason
  return phase
}

const rank = ({ state }: PodView) => (state === 'Running' || state === 'Succeeded' || state === 'Completed' ? 1 : 0)

function isoOf(time: string | null): string | null {
  const milliseconds = Date.parse(time ?? '')
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString()
}
