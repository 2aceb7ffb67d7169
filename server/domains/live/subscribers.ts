/** Who is following, and what each of them is told. A client that does not read is cut off; it resumes by itself. */
import type { Actor } from '../../permissions/actor.ts'
import { canSee, seesEveryTeam } from '../../permissions/permissions.ts'
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
    countOf(actor: Actor): number {
      const who = nameOf(actor)
      let count = 0
      for (const each of all) if (nameOf(each.actor) === who) count += 1
      return count
    },
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

/** A person in all their tabs; each of their tokens is a program of its own. */
const nameOf = ({ kind, userId, name }: Actor) => (kind === 'token' ? `token ${userId} ${name}` : `${kind} ${userId}`)

/** What is no team's is everybody's to know, but for the audit: of that, only what is their teams'. */
const maySee = (actor: Actor, { topic, team }: LiveNotice) =>
  team === null ? topic !== 'audit' || seesEveryTeam(actor) : canSee(actor, team)
