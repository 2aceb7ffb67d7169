/** The registry: a model has versions, a version is bytes by digest with a signature. The same bytes are one version. */
import type { Readable } from 'node:stream'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import {
  type createModel,
  type getModel,
  type listModels,
  type ModelView,
  Signature,
  type uploadVersion,
  type VersionView,
} from '../../contracts/models.ts'
import { ModelName, Sha256, TeamSlug, UserId } from '../../contracts/names.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { ModelValidator } from '../../ports/model-validator.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import { pageOfModels } from './listing.ts'

type Needs = { db: Database; store: ObjectStore; validator: ModelValidator; maxBytes: number }

const newestFirst = { orderBy: { version: 'desc' } } as const

export function createModels({ db, store, validator, maxBytes }: Needs) {
  async function teamOf(slug: TeamSlug) {
    const team = await db.team.findUnique({ where: { slug } })
    if (!team) throw notFound('This team')
    return team
  }

  async function modelOf(team: TeamSlug, name: ModelName) {
    const model = await db.model.findFirst({
      where: { name, team: { slug: team } },
      include: { versions: newestFirst, team: true },
    })
    if (!model) throw notFound(`The model ${name}`)
    return model
  }

  return {
    async list(actor: Actor, input: ParsedInputOf<typeof listModels>): Promise<OutputOf<typeof listModels>> {
      demand(actor, 'model.list', input.team)
      return pageOfModels(db, input)
    },

    async get(actor: Actor, input: ParsedInputOf<typeof getModel>): Promise<OutputOf<typeof getModel>> {
      demand(actor, 'model.read', input.team)
      const model = await modelOf(input.team, input.model)
      return { ...viewOf(model), versions: model.versions.map(versionOf) }
    },

    async create(actor: Actor, input: ParsedInputOf<typeof createModel>): Promise<ModelView> {
      demand(actor, 'model.create', input.team)
      const team = await teamOf(input.team)
      try {
        return await db.$transaction(async (tx) => {
          const model = await tx.model.create({
            data: { teamId: team.id, name: input.name, description: input.description },
            include: { versions: newestFirst, team: true },
          })
          await tell(tx, actor, 'model.created', model)
          return viewOf(model)
        })
      } catch (error) {
        if (isUniqueViolation(error)) {
          throw failure(
            'name_taken',
            `The team has a model named ${input.name} already.`,
            'Upload a new version to it, or choose another name.',
            {
              fields: [{ field: 'name', message: 'This name is taken.' }],
            },
          )
        }
        throw error
      }
    },

    /** Bytes first (complete or not at all), then the look inside, then the row: a crash leaves no half version. */
    async upload(actor: Actor, input: ParsedInputOf<typeof uploadVersion>, bytes: Readable): Promise<VersionView> {
      demand(actor, 'model.upload', input.team)
      const model = await modelOf(input.team, input.model)
      const stored = await store.put(bytes, { maxBytes, ...(input.sha256 ? { expected: input.sha256 } : {}) })
      if (stored.sizeBytes === 0) throw failure('model_rejected', 'The file is empty.', 'Upload an ONNX file.')
      const known = model.versions.find((each) => each.digest === stored.digest)
      if (known) return versionOf(known)
      const signature = await inspect(stored.digest)
      return db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "Model" WHERE "id" = ${model.id}::uuid FOR UPDATE`
        const same = await tx.modelVersion.findUnique({
          where: { modelId_digest: { modelId: model.id, digest: stored.digest } },
        })
        if (same) return versionOf(same)
        const latest = await tx.modelVersion.findFirst({ where: { modelId: model.id }, ...newestFirst })
        const row = await tx.modelVersion.create({
          data: {
            modelId: model.id,
            version: (latest?.version ?? 0) + 1,
            digest: stored.digest,
            sizeBytes: BigInt(stored.sizeBytes),
            signature,
            notes: input.notes,
            createdById: actor.userId,
            createdBy: actor.name,
          },
        })
        await tx.model.update({ where: { id: model.id }, data: { updatedAt: new Date() } })
        await tell(tx, actor, 'model.version_uploaded', model, { version: row.version, digest: row.digest })
        return versionOf(row)
      })
    },
  }

  async function inspect(digest: Sha256): Promise<Signature> {
    const local = await store.localPath(digest)
    try {
      const result = await validator.validate(local.path)
      if (result.ok) return result.signature
      throw failure('model_rejected', result.reason, result.remedy, {
        fields: [{ field: 'file', message: result.reason }],
      })
    } finally {
      await local.release()
    }
  }
}
export type ModelsService = ReturnType<typeof createModels>

async function tell(
  tx: Transaction,
  actor: Actor,
  action: string,
  model: { id: string; name: string; team: { slug: string } },
  after?: object,
) {
  await announce(tx, { topic: 'model', key: model.name, team: model.team.slug })
  await recordAudit(tx, {
    actor,
    action,
    object: { kind: 'model', id: model.id, name: model.name },
    team: model.team.slug,
    after: after ?? { name: model.name },
  })
}

type ModelRow = {
  name: string
  description: string
  updatedAt: Date
  team: { slug: string }
  versions: VersionRow[]
}
type VersionRow = {
  version: number
  digest: string
  sizeBytes: bigint
  signature: unknown
  notes: string
  createdById: string | null
  createdBy: string | null
  createdAt: Date
}

const viewOf = (model: ModelRow): ModelView => {
  const latest = model.versions[0]
  return {
    team: TeamSlug.parse(model.team.slug),
    name: ModelName.parse(model.name),
    description: model.description,
    task: latest ? Signature.parse(latest.signature).task : null,
    latestVersion: latest?.version ?? null,
    versionCount: model.versions.length,
    updatedAt: model.updatedAt.toISOString(),
  }
}

const versionOf = (row: VersionRow): VersionView => ({
  version: row.version,
  digest: Sha256.parse(row.digest),
  sizeBytes: Number(row.sizeBytes),
  signature: Signature.parse(row.signature),
  notes: row.notes,
  createdBy:
    row.createdById === null || row.createdBy === null
      ? null
      : { id: UserId.parse(row.createdById), name: row.createdBy },
  createdAt: row.createdAt.toISOString(),
})
