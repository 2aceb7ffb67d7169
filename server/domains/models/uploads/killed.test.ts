/** What an upload comes to when its process is killed, at every step between its last part and its version. */
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ModelName, type TeamSlug, type UploadId } from '../../../contracts/names.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { testDatabase } from '../../../testing/database.ts'
import { type Step, uploadsOn } from '../../../testing/dying-worker.ts'
import { makePerson, makeTeam } from '../../../testing/people.ts'

const program = join(import.meta.dirname, '../../../testing/dying-worker.ts')

describe('an upload whose process is killed', () => {
  const database = testDatabase()
  let folder: string
  let world: Awaited<ReturnType<typeof uploadsOn>>
  let team: TeamSlug
  let member: Actor

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelyard-killed-'))
    world = await uploadsOn({ databaseUrl: database.url, folder, works: true })
    team = await makeTeam(world.db)
    member = await makePerson(world.db, 'Member', { teams: { [team]: 'member' } })
  })
  afterAll(async () => {
    await world.stop()
    await rm(folder, { recursive: true })
  })

  type At = { team: TeamSlug; model: ModelName; upload: UploadId }

  /** All of its parts are there. */
  async function sent(bytes: Buffer): Promise<At> {
    const model = ModelName.parse(`m${randomUUID().slice(0, 8)}`)
    const { id: teamId } = await world.db.team.findUniqueOrThrow({ where: { slug: team } })
    await world.db.model.create({ data: { teamId, name: model } })
    const begun = { team, model, fileName: 'model.onnx', sizeBytes: bytes.length, notes: '' }
    const upload = await world.uploads.begin(member, begun)
    const at = { team, model, upload: upload.id }
    await world.uploads.putPart(member, { ...at, part: 1 }, Readable.from([bytes]))
    return at
  }

  async function killedAt(step: Step, { model, upload }: At): Promise<void> {
    const child = spawn(process.execPath, [program, database.url, folder, team, model, upload, step], {
      stdio: 'ignore',
    })
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
  }

  const stateOf = async (at: At) => (await world.uploads.get(member, at)).state
  const waitingJobs = async ({ upload }: At) => {
    const rows = await world.db.$queryRaw<unknown[]>`
      SELECT 1 FROM pgboss.job WHERE "singleton_key" = ${upload} AND "state" IN ('created', 'retry', 'active')`
    return rows.length
  }
  const versionsOf = ({ model }: At) => world.db.modelVersion.count({ where: { model: { name: model } } })

  /** As the next worker does with the job of the one that is gone. */
  async function endsAs(state: 'done' | 'refused', at: At): Promise<void> {
    await world.uploads.check(at.upload)
    const now = await world.uploads.get(member, at)
    expect({ state: now.state, isTold: now.version !== null || now.refusal !== null }).toEqual({ state, isTold: true })
    expect(await versionsOf(at)).toBe(state === 'done' ? 1 : 0)
    // What it has left in the store goes once it is older than any upload lasts.
    await world.store.tidy(new Date(Date.now() + 1000))
    expect(await world.store.parts(at.upload)).toEqual([])
  }

  it('before its completion is written down: can be completed as before', async () => {
    const at = await sent(randomBytes(1000))
    await killedAt('completing', at)
    expect([await stateOf(at), await waitingJobs(at)]).toEqual(['receiving', 0])
    expect((await world.uploads.complete(member, at)).state).toBe('checking')
    await endsAs('done', at)
  })

  it('after that: its job is in the queue', async () => {
    const at = await sent(randomBytes(1000))
    await killedAt('completed', at)
    expect([await stateOf(at), await waitingJobs(at)]).toEqual(['checking', 1])
    await endsAs('done', at)
  })

  it.each([
    ['before it is put together', 'assembling', 'checking'],
    ['while it is looked at', 'looking', 'checking'],
    ['when its bytes are published', 'published', 'checking'],
    ['when its version is made and not committed', 'deciding', 'checking'],
    ['when its version is there and its parts are not dropped', 'decided', 'done'],
  ] as const)('%s: becomes one version all the same', async (_, step, left) => {
    const at = await sent(randomBytes(1000))
    await world.uploads.complete(member, at)
    await killedAt(step, at)
    expect(await stateOf(at)).toBe(left)
    await endsAs('done', at)
  })

  it.each([
    ['when its refusal is not committed', 'deciding', 'checking'],
    ['when it is refused and its parts are not dropped', 'decided', 'refused'],
  ] as const)('%s: tells why it was refused', async (_, step, left) => {
    const at = await sent(Buffer.from('bad model'))
    await world.uploads.complete(member, at)
    await killedAt(step, at)
    expect(await stateOf(at)).toBe(left)
    await endsAs('refused', at)
  })

  it('with its job in hand: another worker takes it up within half a minute', async () => {
    const at = await sent(randomBytes(1000))
    await world.db.$executeRaw`DELETE FROM pgboss.job`
    await world.uploads.complete(member, at)
    await killedAt('taken', at)
    expect(await stateOf(at)).toBe('checking')
    await world.work()
    await expect.poll(() => stateOf(at), { timeout: 30_000, interval: 250 }).toBe('done')
    await expect.poll(() => waitingJobs(at), { timeout: 10_000 }).toBe(0)
    expect(await versionsOf(at)).toBe(1)
  }, 60_000)
})
