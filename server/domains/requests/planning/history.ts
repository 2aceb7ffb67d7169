/** What a model's deployment has been told so far, newest first: the requests that reached the default branch. */
import type { ModelName, NamespaceName, RequestId } from '../../../contracts/names.ts'
import type { Database, Transaction } from '../../../database/database.ts'
import { type Desired, desiredOf } from './desired.ts'

async function merged(db: Database | Transaction, namespace: string, model: string) {
  return db.request.findMany({
    where: { namespace, model, mergedSha: { not: null } },
    orderBy: { number: 'desc' },
    select: { id: true, number: true, desired: true },
    take: 50,
  })
}

export async function servingNow(
  db: Database | Transaction,
  namespace: NamespaceName,
  model: ModelName,
): Promise<Desired | undefined> {
  const [latest] = await merged(db, namespace, model)
  return latest ? desiredOf(latest) : undefined
}

/** The state before the given request (or before the latest one) took effect. */
export async function servingBefore(
  db: Database | Transaction,
  namespace: NamespaceName,
  model: ModelName,
  undo?: RequestId,
): Promise<Desired | undefined> {
  const rows = await merged(db, namespace, model)
  const at = undo ? rows.findIndex((row) => row.id === undo) : 0
  if (at < 0) return undefined
  const before = rows[at + 1]
  return before ? desiredOf(before) : undefined
}
