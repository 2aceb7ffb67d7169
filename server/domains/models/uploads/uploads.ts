/**
 * Large files in parts: begin, send each part, complete. What has arrived stays for a day, so a lost connection or a
 * closed page loses one part at most. A job looks at the whole (checking.ts).
 */
import type { Readable } from 'node:stream'
import type { OutputOf, ParsedInputOf } from '../../../contracts/contract.ts'
import { UploadId } from '../../../contracts/names.ts'
import type {
  beginUpload,
  completeUpload,
  getUpload,
  listUploads,
  putPart,
  stopUpload,
  UploadView,
} from '../../../contracts/uploads.ts'
import type { Database, Transaction } from '../../../database/database.ts'
import { failure, invalid, notFound } from '../../../errors.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { demand } from '../../../permissions/permissions.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { ModelValidator } from '../../../ports/model-validator.ts'
import type { ObjectStore } from '../../../ports/object-store/object-store.ts'
import { openTeam } from '../../teams/teams.ts'
import { createChecking } from './checking.ts'
import {
  missingParts,
  partBytesFor,
  partCountOf,
  sizeOfPart,
  type UploadRow,
  underWay,
  uploadOf,
  viewOf,
  withModel,
} from './rows.ts'

/** Sent in the transaction that makes it necessary. */
export type UploadJobs = { check: (tx: Transaction, id: UploadId) => Promise<void> }

export type UploadNeeds = {
  db: Database
  store: ObjectStore
  validator: ModelValidator
  clock: Clock
  maxBytes: number
  /** Of all uploads of a team that have not ended. */
  teamBytes: number
  jobs: UploadJobs
}

const day = 24 * 60 * 60_000
const hour = day / 24

export type UploadsService = ReturnType<typeof createUploads>

export function createUploads({ db, store, validator, clock, maxBytes, teamBytes, jobs }: UploadNeeds) {
  const inADay = () => new Date(clock.now().getTime() + day)
  const partsOf = async (row: UploadRow) =>
    underWay.some((state) => state === row.state) ? store.parts(idOf(row)) : []
  const tell = async (row: UploadRow): Promise<UploadView> => viewOf(row, await partsOf(row))

  /** An upload is its beginner's: two people who send parts of one file would send two files. */
  async function own(actor: Actor, input: Parameters<typeof uploadOf>[1]): Promise<UploadRow> {
    demand(actor, 'model.upload', input.team)
    const row = await uploadOf(db, input)
    if (row.startedById !== actor.userId) {
      throw failure(
        'forbidden',
        `Only ${row.startedBy}, who began this upload, can go on with it.`,
        'Begin one of your own.',
      )
    }
    return row
  }

  return {
    ...createChecking({ db, store, validator, clock, maxBytes }),

    async begin(actor: Actor, input: ParsedInputOf<typeof beginUpload>): Promise<UploadView> {
      demand(actor, 'model.upload', input.team)
      if (input.sizeBytes > maxBytes) {
        throw failure(
          'payload_too_large',
          `The file has ${inWords(input.sizeBytes)}; ${inWords(maxBytes)} is the most the portal takes.`,
          'Upload a smaller model, or ask a platform admin to raise UPLOAD_LIMIT_MIB.',
        )
      }
      const row = await db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "Team" WHERE "slug" = ${input.team} FOR UPDATE`
        const model = await tx.model.findFirst({
          where: { name: input.model, team: { slug: input.team } },
          include: { team: true },
        })
        if (!model) throw notFound(`The model ${input.model}`)
        openTeam(model.team)
        await demandRoom(tx, input)
        return tx.upload.create({
          data: {
            modelId: model.id,
            fileName: input.fileName,
            sizeBytes: BigInt(input.sizeBytes),
            partBytes: partBytesFor(input.sizeBytes),
            fingerprint: input.fingerprint ?? null,
            sha256: input.sha256 ?? null,
            notes: input.notes,
            actorKind: actor.kind,
            startedById: actor.userId,
            startedBy: actor.name,
            expiresAt: inADay(),
          },
          include: withModel,
        })
      })
      return viewOf(row, [])
    },

    async list(actor: Actor, input: ParsedInputOf<typeof listUploads>): Promise<OutputOf<typeof listUploads>> {
      demand(actor, 'model.read', input.team)
      const rows = await db.upload.findMany({
        where: {
          model: { name: input.model, team: { slug: input.team } },
          startedById: actor.userId,
          state: { in: underWay },
        },
        include: withModel,
        orderBy: { createdAt: 'desc' },
        take: 20,
      })
      return { items: await Promise.all(rows.map(tell)) }
    },

    async get(actor: Actor, input: ParsedInputOf<typeof getUpload>): Promise<UploadView> {
      demand(actor, 'model.read', input.team)
      return tell(await uploadOf(db, input))
    },

    async putPart(
      actor: Actor,
      input: ParsedInputOf<typeof putPart>,
      bytes: Readable,
    ): Promise<OutputOf<typeof putPart>> {
      const row = await own(actor, input)
      demandOpen(row)
      if (input.part > partCountOf(row)) throw invalid('part', `This upload has ${partCountOf(row)} parts.`)
      const sizeBytes = sizeOfPart(row, input.part)
      const proof = input.sha256 ? { sha256: input.sha256 } : {}
      await store.putPart(idOf(row), input.part, bytes, { sizeBytes, ...proof })
      const expiresAt = inADay()
      if (expiresAt.getTime() - row.expiresAt.getTime() > hour) {
        await db.upload.updateMany({ where: { id: row.id, state: 'receiving' }, data: { expiresAt } })
      }
      return { part: input.part, sizeBytes }
    },

    /** Asked again, it tells how far it is. */
    async complete(actor: Actor, input: ParsedInputOf<typeof completeUpload>): Promise<UploadView> {
      const row = await own(actor, input)
      if (row.state === 'checking' || row.state === 'done') return tell(row)
      demandOpen(row)
      const missing = missingParts(row, await store.parts(idOf(row)))
      if (missing.length > 0) {
        const some = `${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', …' : ''}`
        throw failure(
          'conflict',
          `${missing.length} of ${partCountOf(row)} parts are missing: ${some}.`,
          'Send them, then complete the upload again.',
        )
      }
      await db.$transaction(async (tx) => {
        const moved = await tx.upload.updateMany({
          where: { id: row.id, state: 'receiving' },
          data: { state: 'checking', expiresAt: inADay() },
        })
        if (moved.count > 0) await jobs.check(tx, idOf(row))
      })
      const now = await uploadOf(db, input)
      if (now.state === 'stopped') demandOpen(now)
      return tell(now)
    },

    async stop(actor: Actor, input: ParsedInputOf<typeof stopUpload>): Promise<void> {
      const row = await own(actor, input)
      if (row.state === 'stopped') return
      demandOpen(row)
      const where = { id: row.id, state: 'receiving' }
      const moved = await db.upload.updateMany({ where, data: { state: 'stopped' } })
      if (moved.count > 0) return store.abandon(idOf(row))
      // It was completed meanwhile: its parts are no longer theirs to drop.
      const now = await uploadOf(db, input)
      if (now.state !== 'stopped') demandOpen(now)
    },
  }

  async function demandRoom(tx: Transaction, input: ParsedInputOf<typeof beginUpload>): Promise<void> {
    const { _sum, _count } = await tx.upload.aggregate({
      where: { model: { team: { slug: input.team } }, state: { in: underWay } },
      _sum: { sizeBytes: true },
      _count: true,
    })
    const held = Number(_sum.sizeBytes ?? 0n)
    if (held + input.sizeBytes <= teamBytes && _count < mostAtOnce) return
    throw failure(
      'conflict',
      `The team has ${_count} uploads of ${inWords(held)} under way; together they can have ${inWords(teamBytes)} in ${mostAtOnce} uploads.`,
      'Finish or stop one of them. One that nobody goes on with ends after a day.',
    )
  }
}

const mostAtOnce = 50

const idOf = (row: { id: string }) => UploadId.parse(row.id)

function demandOpen(row: UploadRow): void {
  if (row.state === 'receiving') return
  const why = {
    checking: 'All of this upload is there and it is being checked.',
    done: 'This upload has become a version.',
    refused: 'This upload was refused.',
    stopped: 'This upload was stopped, or nobody went on with it for a day.',
  }
  const detail = Object.entries(why).find(([state]) => state === row.state)?.[1] ?? 'This upload has ended.'
  throw failure('wrong_state', detail, 'Begin another one.')
}

const inWords = (bytes: number) => {
  const mebibytes = bytes / 2 ** 20
  return mebibytes >= 1024 ? `${(mebibytes / 1024).toFixed(1)} GiB` : `${Math.ceil(mebibytes)} MiB`
}
