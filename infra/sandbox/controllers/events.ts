import { createHash } from 'node:crypto'
import { isConflict, messageOf } from '#sandbox/kube-client/api-error.ts'
import { type KubeObject, timestamp } from '#sandbox/kube-client/objects.ts'
import type { Context } from './kinds.ts'

type Event = KubeObject & { count?: number; firstTimestamp?: string }

/** Writes an Event; the same thing said again about the same object only counts up. An Event that cannot be written is no failure. */
export const record = async (
  { client, log }: Context,
  component: string,
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Promise<void> => {
  const hash = createHash('sha256').update([about.metadata.uid, reason, message].join('\n')).digest('hex').slice(0, 16)
  const namespace = about.metadata.namespace ?? 'default'
  const now = timestamp()
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name.slice(0, 230)}.${hash}`, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      namespace: about.metadata.namespace,
      uid: about.metadata.uid,
      resourceVersion: about.metadata.resourceVersion,
    },
    type,
    reason,
    message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  }
  try {
    const kind = await client.discovery.require('v1', 'Event')
    try {
      await client.create(kind, event)
    } catch (error) {
      if (!isConflict(error)) throw error
      const known = await client.get<Event>(kind, namespace, event.metadata.name)
      await client.merge(kind, namespace, event.metadata.name, { count: (known.count ?? 1) + 1, lastTimestamp: now })
    }
  } catch (error) {
    log(`event ${reason} about ${about.kind}/${about.metadata.name}: ${messageOf(error)}`)
  }
}
