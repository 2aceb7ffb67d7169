/**
 * A process that is killed at one step of an upload's end, as by the kernel:
 *
 *   node dying-worker.ts <database> <store> <team> <model> <upload> <step>
 *
 * With the step `taken` it takes the job from the queue, as a worker does.
 */
import { createFileStore } from '../adapters/files/files.ts'
import { ModelName, TeamSlug, UploadId, UserId } from '../contracts/names.ts'
import { createDatabase, type Database } from '../database/database.ts'
import { createUploads } from '../domains/models/models.ts'
import { bind, createQueue, type Pace } from '../jobs/queue.ts'
import { checkUpload } from '../jobs/upload-jobs.ts'
import { createLog } from '../logging/log.ts'
import { systemClock } from '../ports/clock.ts'
import type { ModelValidator } from '../ports/model-validator.ts'
import { bareSignature } from './samples.ts'

export const steps = [
  'completing',
  'completed',
  'assembling',
  'looking',
  'published',
  'deciding',
  'decided',
  'taken',
] as const
export type Step = (typeof steps)[number]

/** As brisk as the queue allows. */
const brisk: Pace = { heartbeatSeconds: 10, lookEverySeconds: 1, pollSeconds: 1 }

const anyButBad = (onLook = async () => undefined): ModelValidator => ({
  async validate(path) {
    await onLook()
    const { readFile } = await import('node:fs/promises')
    if ((await readFile(path)).subarray(0, 3).toString() === 'bad')
      return { ok: false, code: 'not_onnx', reason: 'This is not an ONNX file.', remedy: 'Export it again.' }
    return { ok: true, signature: bareSignature }
  },
})

const mebibyte = 2 ** 20

/** The uploads service on a folder and the real queue, with a word at every step. */
export async function uploadsOn(
  { databaseUrl, folder, works }: { databaseUrl: string; folder: string; works: boolean },
  at: (step: Step) => Promise<undefined> = async () => undefined,
) {
  const db = createDatabase(databaseUrl, { connections: 3 })
  const store = createFileStore(folder)
  const log = createLog({ level: 'silent' })
  const queue = await createQueue({ databaseUrl, log, kinds: [checkUpload], works, pace: brisk })
  let deciding: Step = 'deciding'
  const watched: Database = new Proxy(db, {
    get(target, property) {
      if (property !== '$transaction') return Reflect.get(target, property)
      return (act: Parameters<Database['$transaction']>[0]) =>
        target.$transaction(async (tx) => {
          const made: unknown = await act(tx)
          await at(deciding)
          return made
        })
    },
  })
  const uploads = createUploads({
    db: watched,
    store: {
      ...store,
      async assemble(...given) {
        await at('assembling')
        const stored = await store.assemble(...given)
        await at('published')
        return stored
      },
      async abandon(upload) {
        await at('decided')
        return store.abandon(upload)
      },
    },
    clock: systemClock,
    validator: anyButBad(() => at('looking')),
    maxBytes: 64 * mebibyte,
    teamBytes: 64 * mebibyte,
    jobs: { check: (tx, uploadId) => queue.send(tx, checkUpload, { uploadId }) },
  })
  return {
    db,
    store,
    queue,
    uploads: {
      ...uploads,
      async complete(...given: Parameters<typeof uploads.complete>) {
        deciding = 'completing'
        const view = await uploads.complete(...given)
        await at('completed')
        return view
      },
    },
    work: () => queue.work([bind(checkUpload, { uploads })], { concurrency: 1 }),
    async stop() {
      await queue.stop()
      await db.$disconnect()
    },
  }
}

async function main(): Promise<void> {
  const [databaseUrl = '', folder = '', team, model, upload, wanted] = process.argv.slice(2)
  const at = async (step: Step) => {
    if (step !== wanted && !(wanted === 'taken' && step === 'looking')) return undefined
    process.kill(process.pid, 'SIGKILL')
    return new Promise<undefined>(() => undefined)
  }
  const { db, uploads, work } = await uploadsOn({ databaseUrl, folder, works: wanted === 'taken' }, at)
  const place = { team: TeamSlug.parse(team), model: ModelName.parse(model), upload: UploadId.parse(upload) }
  if (wanted === 'taken') return work()
  if (wanted !== 'completing' && wanted !== 'completed') return uploads.check(place.upload)
  const row = await db.upload.findUniqueOrThrow({ where: { id: place.upload } })
  const by = { kind: 'user', userId: UserId.parse(row.startedById), name: row.startedBy, scopes: null } as const
  const teams = new Map([[place.team, 'member' as const]])
  await uploads.complete({ ...by, platformRoles: [], teams, requestId: null }, place)
}

if (import.meta.main) await main()
