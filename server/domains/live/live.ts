/** Tells live pages that something has changed; they ask again for what they show. */
import type { Transaction } from '../../database/database.ts'

export const topics = [
  'request',
  'namespace',
  'deployment',
  'model',
  'team',
  'member',
  'token',
  'alert',
  'silence',
  'audit',
  'integration',
  'policy',
] as const
export type Topic = (typeof topics)[number]

export type Announcement = {
  /** The name of a resource: clients refresh their queries by it. */
  topic: Topic
  /** Which one: an id or a name. */
  key: string
  /** Whose it is; null for what everyone who is signed in may know. */
  team: string | null
}

export const channel = 'modelyard_live'

/** A row, so that a client that was away can catch up, and a notification that arrives when the transaction commits. */
export async function announce(tx: Transaction, { topic, key, team }: Announcement): Promise<void> {
  const { id } = await tx.liveEvent.create({ data: { topic, key, team }, select: { id: true } })
  const payload = JSON.stringify({ id: id.toString(), topic, key, team })
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
}
