/** Webhook deliveries: which came, and which were not taken, by the reason. */
import type { WebhooksView } from '../../contracts/platform/integrations.ts'
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'

export type RefusalReason = 'signature' | 'malformed' | 'too_large' | 'other_repository' | 'repeated'

const refusalWords: Record<RefusalReason, string> = {
  signature: 'The signature is missing or does not fit',
  malformed: 'Not a delivery as the host sends them',
  too_large: 'Too large',
  other_repository: 'For another repository',
  repeated: 'Delivered before',
}

const savedEvery = 2000

/** Counted in memory first: whoever sends a flood of them must not make the database work for each. */
export function createRefusals(db: Database, log: Log) {
  let counted = new Map<RefusalReason, number>()
  let isWaiting = false

  async function save(): Promise<void> {
    isWaiting = false
    const batch = counted
    counted = new Map()
    const lastAt = new Date()
    for (const [reason, count] of batch) {
      await db.webhookRefusal
        .upsert({
          where: { reason },
          create: { reason, count, lastAt },
          update: { count: { increment: count }, lastAt },
        })
        .catch((error: unknown) => log.warn({ err: error, reason }, 'refused deliveries could not be counted'))
    }
  }

  return {
    count(reason: RefusalReason): void {
      counted.set(reason, (counted.get(reason) ?? 0) + 1)
      if (isWaiting) return
      isWaiting = true
      setTimeout(() => void save(), savedEvery).unref()
    },
    save,
  }
}

export async function readWebhooks(db: Database, now: Date): Promise<WebhooksView> {
  const dayAgo = new Date(now.getTime() - 24 * 3600_000)
  const [newest, lastDay, refused] = await Promise.all([
    db.webhookDelivery.findFirst({ orderBy: { receivedAt: 'desc' } }),
    db.webhookDelivery.count({ where: { receivedAt: { gte: dayAgo } } }),
    db.webhookRefusal.findMany({ orderBy: { lastAt: 'desc' } }),
  ])
  const words: Record<string, string> = refusalWords
  return {
    lastAt: newest?.receivedAt.toISOString() ?? null,
    lastDay,
    refused: refused.map(({ reason, count, lastAt }) => ({
      reason: words[reason] ?? reason,
      count,
      lastAt: lastAt.toISOString(),
    })),
  }
}
