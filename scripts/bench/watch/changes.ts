/** Changes pods at a steady rate, and hears of them as a page does: how long from the one to the other. */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Transport } from '../../../server/adapters/kubernetes/wire/transport.ts'
import type { Database } from '../../../server/database/database.ts'
import { createLive } from '../../../server/domains/live/live.ts'
import { createLog } from '../../../server/logging/log.ts'
import { systemActor } from '../../../server/permissions/actor.ts'
import { namespaceOf, podOf, statusOf } from './pods.ts'

const Message = z.object({ key: z.string() })

/** What is the same as before is written by nobody: each change has a number of its own. */
let changed = 0

export type Delays = { sent: number[]; acknowledged: number[]; lost: number }

type Needs = { db: Database; databaseUrl: string; transport: Transport; pods: number }

export async function measureChanges(needs: Needs, perSecond: number, seconds: number): Promise<Delays> {
  const { db, databaseUrl, transport, pods } = needs
  const log = createLog({ level: 'error' })
  const live = createLive({ db, databaseUrl, log, streamsForEach: 10 })
  const leaving = new AbortController()
  const actor = systemActor('bench')
  const stream = await live.follow({ actor, lastEventId: null, signal: leaving.signal, renew: async () => actor })
  const delays: Delays = { sent: [], acknowledged: [], lost: 0 }
  const waiting = new Map<string, { sent: number; acknowledged?: number }>()

  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of stream) {
      const now = performance.now()
      for (const [, data = ''] of decoder.decode(chunk).matchAll(/^data: (.*)$/gm)) {
        // A namespace alone stands for several of its objects: neighbours in time are in different namespaces.
        const key = Message.safeParse(JSON.parse(data)).data?.key.split('/')[0] ?? ''
        const change = waiting.get(key)
        if (!change) continue
        waiting.delete(key)
        delays.sent.push(now - change.sent)
        delays.acknowledged.push(Math.max(0, now - (change.acknowledged ?? now)))
      }
    }
  })()

  const changing: Promise<void>[] = []
  const started = performance.now()
  for (let turn = 0; turn < perSecond * seconds; turn += 1) {
    const due = started + (turn * 1000) / perSecond
    if (due > performance.now()) await wait(due - performance.now())
    const number = (turn * 7) % pods
    const namespace = namespaceOf(number)
    const { name } = podOf(number).metadata
    const change: { sent: number; acknowledged?: number } = { sent: performance.now() }
    if (waiting.has(namespace)) delays.lost += 1
    waiting.set(namespace, change)
    changing.push(
      transport
        .text({
          method: 'PATCH',
          path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
          contentType: 'application/merge-patch+json',
          body: JSON.stringify({ status: statusOf(number, ++changed) }),
        })
        .then(({ status, text }) => {
          if (status >= 300) throw new Error(text)
          change.acknowledged = performance.now()
        }),
    )
  }
  await Promise.all(changing)
  const until = performance.now() + 10_000
  while (waiting.size > 0 && performance.now() < until) await wait(20)
  delays.lost += waiting.size
  leaving.abort()
  await reading
  await live.stop()
  return delays
}
