/** Once in a while the leading worker drops what has had its time: live events, repeated requests, rates, deliveries. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Foundation } from './foundation.ts'
import { keptFor } from './http/guards/idempotency.ts'
import { keptFor as bucketsKeptFor } from './http/guards/rate-buckets.ts'

const every = 10 * 60_000
const deliveriesKeptFor = 7 * 24 * 60 * 60_000

type Needs = Pick<Foundation, 'db' | 'live' | 'clock' | 'log'>

export async function tidyUp({ db, live, clock }: Needs): Promise<void> {
  const now = clock.now()
  const before = (age: number) => new Date(now.getTime() - age)
  await live.forgetOld(now)
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: before(keptFor) } } })
  await db.rateBucket.deleteMany({ where: { at: { lt: before(bucketsKeptFor) } } })
  await db.webhookDelivery.deleteMany({ where: { receivedAt: { lt: before(deliveriesKeptFor) } } })
}

export async function keepHouse(services: Needs, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tidyUp(services).catch((error: unknown) => services.log.warn({ err: error }, 'Housekeeping failed for now'))
    await wait(every, undefined, { signal }).catch(() => undefined) // ends early when stopping
  }
}
