/** Who is following, and what each of them is told. A client that does not read is cut off; it resumes by itself. */
import type { Actor } from '../../permissions/actor.ts'
import { canSee } from '../../permissions/permissions.ts'
import type { LiveNotice } from './notice.ts'

export type Subscriber = {
  actor: Actor
  send(text: string): void
  close(): void
}

const encodeEvent = ({ id, topic, key, team }: LiveNotice) =>
  `id: ${id}\ndata: ${JSON.stringify({ topic, key, team })}\n\n`

export const resetEvent = 'event: reset\ndata: {}\n\n'
export const heartbeat = ': still here\n\n'

export function createSubscribers() {
  const all = new Set<Subscriber>()
  return {
    all,
    tell(notice: LiveNotice): void {
      const text = encodeEvent(notice)
      for (const subscriber of all) if (maySee(subscriber.actor, notice)) subscriber.send(text)
    },
    tellOne(subscriber: Subscriber, notices: readonly LiveNotice[]): void {
      const visible = notices.filter((notice) => maySee(subscriber.actor, notice))
      if (visible.length > 0) subscriber.send(visible.map(encodeEvent).join(''))
    },
  }
}

const maySee = (actor: Actor, { team }: LiveNotice) => team === null || canSee(actor, team)
