/** What becomes of an upload whose parts are all there, and of one that nobody goes on with. May be killed at any line. */
import { Sha256, UploadId } from '../../../contracts/names.ts'
import type { ErrorCode } from '../../../contracts/problem.ts'
import type { Refusal } from '../../../contracts/uploads.ts'
import { PortalError } from '../../../errors.ts'
import { lookInside, registerVersion, tell } from '../taking-in.ts'
import { findUpload, startedBy, type UploadRow } from './rows.ts'
import type { UploadNeeds } from './uploads.ts'

const day = 24 * 60 * 60_000
const keptFor = 7 * day
/** Longer than any upload lasts: what is older belongs to none. */
const leftFor = 2 * day

/** These are the file's fault; anything else is ours, and is tried again. */
const faultsOfTheFile: readonly ErrorCode[] = ['model_rejected', 'digest_mismatch', 'payload_too_large', 'conflict']

export function createChecking({ db, store, validator, clock, maxBytes }: Omit<UploadNeeds, 'teamBytes' | 'jobs'>) {
  const ended = () => new Date(clock.now().getTime() + keptFor)

  async function refuse(row: UploadRow, refusal: Refusal): Promise<void> {
    await db.$transaction(async (tx) => {
      const data = { state: 'refused', refusal, expiresAt: ended() }
      const moved = await tx.upload.updateMany({ where: { id: row.id, state: 'checking' }, data })
      if (moved.count === 0) return
      await tell(tx, startedBy(row), 'model.upload_refused', row.model, { file: row.fileName, why: refusal.detail })
    })
    await store.abandon(UploadId.parse(row.id))
  }

  return {
    /** The job: put together, looked at, registered. Done twice at once, it is done once. */
    async check(id: UploadId): Promise<void> {
      const row = await findUpload(db, id)
      if (row?.state !== 'checking') return
      const look = lookInside(validator, row.model.versions)
      const expected = row.sha256 === null ? undefined : Sha256.parse(row.sha256)
      try {
        const stored = await store.assemble(id, { maxBytes, expected, inspect: look.inspect })
        await db.$transaction(async (tx) => {
          // Holds the row: of two that check it at once, and of this and the sweep, one has the last word.
          const data = { state: 'done', expiresAt: ended() }
          const moved = await tx.upload.updateMany({ where: { id, state: 'checking' }, data })
          if (moved.count === 0) return
          const registration = { stored, signature: look.signature(), notes: row.notes }
          const { version } = await registerVersion(tx, { actor: startedBy(row), model: row.model, ...registration })
          await tx.upload.update({ where: { id }, data: { version } })
        })
      } catch (error) {
        if (!(error instanceof PortalError) || !faultsOfTheFile.includes(error.code)) throw error
        const { detail, remedy } = error.explanation
        return refuse(row, { code: error.code, detail, remedy })
      }
      await store.abandon(id)
    },

    /** Ends what nobody went on with, forgets what ended a week ago, and drops what crashes have left in the store. */
    async sweep(): Promise<void> {
      const now = clock.now()
      const late = await db.upload.findMany({ where: { expiresAt: { lt: now } }, select: { id: true, state: true } })
      for (const { id, state } of late) {
        if (state === 'receiving') {
          // Unless a part has come meanwhile, or the last of them.
          const where = { id, state, expiresAt: { lt: now } }
          const moved = await db.upload.updateMany({ where, data: { state: 'stopped', expiresAt: ended() } })
          if (moved.count > 0) await store.abandon(UploadId.parse(id))
        } else if (state === 'checking') {
          const row = await findUpload(db, id)
          if (row) await refuse(row, couldNotBeChecked)
        } else {
          await db.upload.deleteMany({ where: { id } })
        }
      }
      await store.tidy(new Date(now.getTime() - leftFor))
    },
  }
}

const couldNotBeChecked: Refusal = {
  code: 'integration_unavailable',
  detail: 'The file could not be checked for a day.',
  remedy: 'A platform admin looks at the worker’s log and the model store. Then upload the file again.',
}
