/** From a file on its way in to a version: the look inside, then the row. */
import type { Signature, VersionView } from '../../contracts/models.ts'
import type { Sha256 } from '../../contracts/names.ts'
import type { Transaction } from '../../database/database.ts'
import { failure } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import type { ModelValidator } from '../../ports/model-validator.ts'
import type { Stored } from '../../ports/object-store/object-store.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import { versionOf } from './views.ts'

export type ModelOfTeam = { id: string; name: string; team: { slug: string } }

const digestOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** What the store asks before it publishes; a version that is `known` has been looked at. */
export function lookInside(validator: ModelValidator, known: readonly { digest: string }[]) {
  let found: Signature | undefined
  return {
    async inspect(path: string, digest: Sha256): Promise<void> {
      if (digest === digestOfNothing) throw rejected('The file is empty.', 'Export the model again and upload that.')
      if (known.some((version) => version.digest === digest)) return
      const result = await validator.validate(path)
      if (!result.ok) throw rejected(result.reason, result.remedy)
      found = result.signature
    },
    signature: () => found,
  }
}

const rejected = (reason: string, remedy: string) =>
  failure('model_rejected', reason, remedy, { fields: [{ field: 'file', message: reason }] })

type Registration = {
  actor: Actor
  model: ModelOfTeam
  stored: Stored
  signature: Signature | undefined
  notes: string
}

/** The next version; the same bytes are the version they were. */
export async function registerVersion(tx: Transaction, registration: Registration): Promise<VersionView> {
  const { actor, model, stored, signature, notes } = registration
  await tx.$queryRaw`SELECT 1 FROM "Model" WHERE "id" = ${model.id}::uuid FOR UPDATE`
  const { digest } = stored
  const same = await tx.modelVersion.findUnique({ where: { modelId_digest: { modelId: model.id, digest } } })
  if (same) return versionOf(same)
  if (!signature) throw new Error(`${digest} was not looked at`)
  const latest = await tx.modelVersion.findFirst({ where: { modelId: model.id }, orderBy: { version: 'desc' } })
  const row = await tx.modelVersion.create({
    data: {
      modelId: model.id,
      version: (latest?.version ?? 0) + 1,
      digest,
      sizeBytes: BigInt(stored.sizeBytes),
      signature,
      notes,
      createdById: actor.userId,
      createdBy: actor.name,
    },
  })
  await tx.model.update({ where: { id: model.id }, data: { updatedAt: new Date() } })
  await tell(tx, actor, 'model.version_uploaded', model, { version: row.version, digest })
  return versionOf(row)
}

export async function tell(tx: Transaction, actor: Actor, action: string, model: ModelOfTeam, after?: object) {
  await announce(tx, { topic: 'model', key: model.name, team: model.team.slug })
  await recordAudit(tx, {
    actor,
    action,
    object: { kind: 'model', id: model.id, name: model.name },
    team: model.team.slug,
    after: after ?? { name: model.name },
  })
}
