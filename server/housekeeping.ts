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

/** `alsoTidy` is what others have to tidy up; its failing hinders nobody. */
export async function keepHouse(
  services: Needs,
  signal: AbortSignal,
  ...alsoTidy: (() => Promise<void>)[]
): Promise<void> {
  while (!signal.aborted) {
    for (const tidy of [() => tidyUp(services), ...alsoTidy]) {
      await tidy().catch((error: unknown) => services.log.warn({ err: error }, 'Housekeeping failed for now'))
    }
    await wait(every, undefined, { signal }).catch(() => undefined) // ends early when stopping
  }
}
