/** The registry: a model has versions, a version is bytes by digest with a signature. The same bytes are one version. */
import type { Readable } from 'node:stream'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import type {
  createModel,
  downloadVersion,
  getModel,
  getVersionAddress,
  listModels,
  ModelView,
  uploadVersion,
  VersionView,
} from '../../contracts/models.ts'
import { type ModelName, Sha256, type TeamSlug } from '../../contracts/names.ts'
import type { Database } from '../../database/database.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { ModelValidator } from '../../ports/model-validator.ts'
import type { ObjectStore } from '../../ports/object-store/object-store.ts'
import { openTeam } from '../teams/teams.ts'
import { pageOfModels } from './listing.ts'
import { lookInside, registerVersion, tell } from './taking-in.ts'
import { versionOf, viewOf } from './views.ts'

export { createUploads, type UploadsService } from './uploads/uploads.ts'

type Needs = { db: Database; store: ObjectStore; validator: ModelValidator; maxBytes: number }

/** Long enough to begin a download. */
const addressSeconds = 300

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

  async function versionAt(actor: Actor, input: ParsedInputOf<typeof downloadVersion>) {
    demand(actor, 'model.read', input.team)
    const { versions } = await modelOf(input.team, input.model)
    const version = versions.find((each) => each.version === input.version)
    if (!version) throw notFound(`Version ${input.version} of ${input.model}`)
    return version
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

    async file(actor: Actor, input: ParsedInputOf<typeof downloadVersion>) {
      const version = await versionAt(actor, input)
      return { bytes: await store.get(Sha256.parse(version.digest)), sizeBytes: Number(version.sizeBytes) }
    },

    async address(actor: Actor, input: ParsedInputOf<typeof getVersionAddress>) {
      const { digest, sizeBytes } = await versionAt(actor, input)
      const sha256 = Sha256.parse(digest)
      const expiresAt = new Date(Date.now() + addressSeconds * 1000).toISOString()
      const url = await store.presign(sha256, addressSeconds)
      return { sha256, sizeBytes: Number(sizeBytes), url: url ?? null, expiresAt: url ? expiresAt : null }
    },

    async create(actor: Actor, input: ParsedInputOf<typeof createModel>): Promise<ModelView> {
      demand(actor, 'model.create', input.team)
      const team = openTeam(await teamOf(input.team))
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

    /** The look inside, then the bytes (complete or not at all), then the row: a crash leaves no half version. */
    async upload(actor: Actor, input: ParsedInputOf<typeof uploadVersion>, bytes: Readable): Promise<VersionView> {
      demand(actor, 'model.upload', input.team)
      const model = await modelOf(input.team, input.model)
      openTeam(model.team)
      const look = lookInside(validator, model.versions)
      const stored = await store.put(bytes, { maxBytes, expected: input.sha256, inspect: look.inspect })
      const registration = { actor, model, stored, signature: look.signature(), notes: input.notes }
      return db.$transaction((tx) => registerVersion(tx, registration))
    },
  }
}
