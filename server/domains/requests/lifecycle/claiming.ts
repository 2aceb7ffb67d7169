/** What a team holds once its request is merged, and gives back once it is applied. */
import type { Transaction } from '../../../database/database.ts'
import { columnsOf } from '../planning/claims.ts'
import { desiredOf } from '../planning/desired.ts'
import type { RequestRow } from './store.ts'

/** Once merged, the quota is desired state: it counts for the team whether or not it is applied yet. */
export async function holdClaim(tx: Transaction, row: RequestRow): Promise<void> {
  if (row.model !== null) return
  const desired = desiredOf(row)
  if (desired.kind === 'namespace') {
    const held = { ...columnsOf(desired.quota), state: 'active', requestId: row.id }
    await tx.namespaceClaim.upsert({
      where: { name: row.namespace },
      create: { name: row.namespace, teamSlug: row.team.slug, environment: row.environment, ...held },
      update: held,
    })
  } else {
    await tx.namespaceClaim.updateMany({ where: { name: row.namespace }, data: { state: 'deleting' } })
  }
}

export async function settleClaim(tx: Transaction, row: RequestRow): Promise<void> {
  if (row.model === null && desiredOf(row).kind === 'nothing')
    await tx.namespaceClaim.deleteMany({ where: { name: row.namespace } })
}
