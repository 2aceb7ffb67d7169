/** Who holds, and who has ever held, accounts on the Git host. Always by the host's number, never by the login. */
import type { Database, Transaction } from '../../database/database.ts'

export type Holding = { userId: string; linkedAt: Date; unlinkedAt: Date | null }

/** Every holding of these accounts, oldest first. */
export async function holdingsOf(
  db: Database | Transaction,
  hostIds: readonly number[],
): Promise<Map<number, Holding[]>> {
  const rows = await db.gitAccount.findMany({
    where: { hostId: { in: hostIds.map(BigInt) } },
    orderBy: { linkedAt: 'asc' },
  })
  return Map.groupBy(rows, (row) => Number(row.hostId))
}
