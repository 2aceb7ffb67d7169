/**
 * The same Idempotency-Key twice is one action: the second gets the first one's answer. The key belongs to the actor;
 * with another request it is refused. A failure frees the key, for it may be tried again.
 */
import { createHash } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { Prisma } from '../../database/generated/client.ts'
import { failure } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'

export type Kept = { status: number; body: unknown }

const abandonedAfter = 60_000
export const keptFor = 24 * 60 * 60_000

export function idempotencyKey(headers: Headers): string | undefined {
  const key = headers.get('idempotency-key')
  if (key === null) return undefined
  if (/^[\x21-\x7e]{8,200}$/.test(key)) return key
  throw failure(
    'malformed_request',
    'The Idempotency-Key is not 8 to 200 visible characters.',
    'Send a random one, such as a UUID.',
  )
}

export async function once(
  db: Database,
  clock: Clock,
  { actor, key, request }: { actor: string; key: string; request: string },
  act: () => Promise<Kept>,
): Promise<Kept & { repeated: boolean }> {
  const fingerprint = createHash('sha256').update(request).digest('hex')
  const claimed = await claim(db, clock, actor, key, fingerprint)
  if ('answer' in claimed) return { ...claimed.answer, repeated: true }
  // Whoever takes longer than a key lasts leaves alone what somebody else has made of it since.
  const where = { actor, key, createdAt: claimed.at }
  try {
    const answer = await act()
    const body = answer.body === undefined ? Prisma.DbNull : JSON.parse(JSON.stringify(answer.body))
    await db.idempotencyKey.updateMany({ where, data: { status: answer.status, body } })
    return { ...answer, repeated: false }
  } catch (error) {
    await db.idempotencyKey.deleteMany({ where }).catch(() => undefined) // it lapses by itself
    throw error
  }
}

async function claim(
  db: Database,
  clock: Clock,
  actor: string,
  key: string,
  request: string,
): Promise<{ at: Date } | { answer: Kept }> {
  const now = clock.now()
  const { count } = await db.idempotencyKey.createMany({
    data: { actor, key, request, createdAt: now },
    skipDuplicates: true,
  })
  if (count === 1) return { at: now }
  const row = await db.idempotencyKey.findUnique({ where: { actor_key: { actor, key } } })
  const age = row ? now.getTime() - row.createdAt.getTime() : 0
  const stale = row !== null && age > (row.status === null ? abandonedAfter : keptFor)
  if (row === null || stale) {
    if (row) await db.idempotencyKey.deleteMany({ where: { actor, key, createdAt: row.createdAt } })
    return claim(db, clock, actor, key, request)
  }
  if (row.request !== request) {
    throw failure(
      'idempotency_conflict',
      'This Idempotency-Key was used for another request.',
      'Make a new key for a new request.',
    )
  }
  if (row.status === null) {
    throw failure('conflict', 'The same request is still being worked on.', 'Ask again in a moment.', {
      retryAfterSeconds: 1,
    })
  }
  return { answer: { status: row.status, body: row.body ?? undefined } }
}
