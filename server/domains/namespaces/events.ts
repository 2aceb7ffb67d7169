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

/** The newest events of a namespace, asked of the cluster itself; none when it does not answer. */
export async function recentEvents(cluster: Cluster, namespace: string): Promise<NamespaceDetail['events']> {
  try {
    const events = (await cluster.list(kinds.event, { namespace })).map((object) => Event.parse(object))
    return events
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
  } catch (error) {
    if (error instanceof PortalError) return []
    throw error
  }
}

function toIso(time: string | null | undefined): string | null {
  const milliseconds = Date.parse(time ?? '')
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString()
}
