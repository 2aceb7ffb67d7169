/** What a team holds of its allowance in an environment: its namespaces, and what its open requests would add. */
import type { Environment } from '../../../contracts/names.ts'
import { type Amounts, add, noAmounts } from '../../../contracts/quantity.ts'
import type { Database, Transaction } from '../../../database/database.ts'

type Columns = { cpu: bigint | null; memory: bigint | null; gpu: number | null; storage: bigint | null }

const amountsOfColumns = (row: Columns): Amounts => ({
  cpu: Number(row.cpu ?? 0n),
  memory: Number(row.memory ?? 0n),
  gpu: row.gpu ?? 0,
  storage: Number(row.storage ?? 0n),
})

export const columnsOf = (amounts: Amounts) => ({
  cpu: BigInt(amounts.cpu),
  memory: BigInt(amounts.memory),
  gpu: amounts.gpu,
  storage: BigInt(amounts.storage),
})

export async function committed(
  db: Database | Transaction,
  team: { id: string; slug: string },
  environment: Environment,
): Promise<Amounts> {
  const sums = { cpu: true, memory: true, gpu: true, storage: true } as const
  // One after the other: a transaction has one connection.
  const held = await db.namespaceClaim.aggregate({ where: { teamSlug: team.slug, environment }, _sum: sums })
  const asked = await db.request.aggregate({
    where: { teamId: team.id, environment, openTarget: { not: null } },
    _sum: sums,
  })
  return add(amountsOfColumns(held._sum), amountsOfColumns(asked._sum))
}

/**
 * One at a time for each team and environment: two requests cannot both take the last of the allowance. Nor can the team
 * be archived meanwhile.
 */
export async function lockAllowance(tx: Transaction, team: { slug: string }, environment: Environment): Promise<void> {
  const key = `allowance:${team.slug}:${environment}`
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))::text`
  await tx.$queryRaw`SELECT 1 FROM "Team" WHERE "slug" = ${team.slug} FOR SHARE`
}

export const heldBy = (claim: Columns | null | undefined): Amounts => (claim ? amountsOfColumns(claim) : noAmounts)
