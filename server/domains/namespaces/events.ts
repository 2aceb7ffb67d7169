import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { NamespaceDetail } from '../../contracts/namespaces.ts'
import { PortalError } from '../../errors.ts'
import { type Cluster, kinds } from '../../ports/cluster.ts'

const Event = z.object({
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  involvedObject: z
    .object({ kind: z.string().default(''), name: z.string().default('') })
    .default({ kind: '', name: '' }),
})

type Recent = { events: NamespaceDetail['events']; eventsProblem: string | null }

/** A page is not held up by a cluster that stands still. */
const patience = 2500

/** The newest events of a namespace, asked of the cluster itself; when it does not answer, why there are none. */
export async function recentEvents(cluster: Cluster, namespace: string): Promise<Recent> {
  try {
    const objects = await Promise.race([
      cluster.list(kinds.event, { namespace }),
      wait(patience, undefined, { ref: false }),
    ])
    if (!objects) return { events: [], eventsProblem: `The cluster ${cluster.name} does not answer.` }
    const events = objects
      .flatMap((object) => Event.safeParse(object).data ?? [])
      .map((event) => ({
        type: event.type,
        reason: event.reason,
        message: event.message,
        object: `${event.involvedObject.kind} ${event.involvedObject.name}`.trim(),
        count: event.count ?? 1,
        at: toIso(event.lastTimestamp ?? event.eventTime),
      }))
      .sort((left, right) => (right.at ?? '').localeCompare(left.at ?? ''))
      .slice(0, 50)
    return { events, eventsProblem: null }
  } catch (error) {
    if (error instanceof PortalError) return { events: [], eventsProblem: error.explanation.detail }
    throw error
  }
}

function toIso(time: string | null | undefined): string | null {
  const milliseconds = Date.parse(time ?? '')
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString()
}
