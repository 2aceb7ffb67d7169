import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ModelName, type TeamSlug, type UploadId } from '../../../contracts/names.ts'
import type { UploadView } from '../../../contracts/uploads.ts'
import { createDatabase, type Database } from '../../../database/database.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { testDatabase } from '../../../testing/database.ts'
import { createFakeObjectStore, type FakeObjectStore } from '../../../testing/fakes/fake-object-store.ts'
import { makePerson, makeTeam } from '../../../testing/people.ts'
import { bareSignature } from '../../../testing/samples.ts'
import { createUploads, type UploadsService } from '../models.ts'

const mebibyte = 2 ** 20
const partBytes = 8 * mebibyte

describe('an upload in parts', () => {
  const database = testDatabase()
  let db: Database
  let store: FakeObjectStore
  let uploads: UploadsService
  let team: TeamSlug
  let member: Actor
  let model: ModelName
  let now: Date
  let sent: UploadId[]

  beforeAll(async () => {
    db = createDatabase(database.url, { connections: 4 })
    team = await makeTeam(db)
    member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
  })
  beforeEach(async () => {
    store = createFakeObjectStore()
    now = new Date()
    sent = []
    uploads = createUploads({
      db,
      store,
      clock: { now: () => now },
      validator: {
        async validate(path) {
          const bad = (await readFile(path)).subarray(0, 3).toString() === 'bad'
          if (!bad) return { ok: true, signature: bareSignature }
          return { ok: false, code: 'not_onnx', reason: 'This is not an ONNX file.', remedy: 'Export it again.' }
        },
      },
      maxBytes: 64 * mebibyte,
      teamBytes: 100 * mebibyte,
      jobs: {
        check: async (_, id) => {
          sent.push(id)
        },
      },
    })
    model = ModelName.parse(`m${randomUUID().slice(0, 8)}`)
    const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug: team } })
    await db.upload.deleteMany()
    await db.model.create({ data: { teamId, name: model } })
  })
  afterAll(() => db.$disconnect())

  const begin = (sizeBytes: number, more: object = {}) =>
    uploads.begin(member, { team, model, fileName: 'model.onnx', sizeBytes, notes: '', ...more })
  const at = ({ id }: UploadView) => ({ team, model, upload: id })
  const send = (upload: UploadView, bytes: Buffer, part: number, by = member) => {
    const piece = bytes.subarray((part - 1) * partBytes, part * partBytes)
    return uploads.putPart(by, { ...at(upload), part }, Readable.from([piece]))
  }
  const whole = async (bytes: Buffer, more: object = {}) => {
    const upload = await begin(bytes.length, more)
    for (let part = 1; part <= upload.partCount; part += 1) await send(upload, bytes, part)
    await uploads.complete(member, at(upload))
    await uploads.check(upload.id)
    return uploads.get(member, at(upload))
  }
  const versions = () => db.modelVersion.findMany({ where: { model: { name: model } } })

  it('becomes a version once all of it is there, in whatever order it came', async () => {
    const bytes = randomBytes(2 * partBytes + 5)
    const upload = await begin(bytes.length, { notes: 'Trained on March' })
    expect(upload).toMatchObject({ state: 'receiving', partCount: 3, partBytes, received: [] })
    expect(await send(upload, bytes, 3)).toEqual({ part: 3, sizeBytes: 5 })
    await send(upload, bytes, 1)
    const { items } = await uploads.list(member, { team, model })
    expect(items).toMatchObject([{ id: upload.id, received: [1, 3] }])
    await expect(uploads.complete(member, at(upload))).rejects.toMatchObject({
      code: 'conflict',
      message: '1 of 3 parts are missing: 2.',
    })
    await send(upload, bytes, 2)
    expect((await uploads.complete(member, at(upload))).state).toBe('checking')
    expect(sent).toEqual([upload.id])
    await uploads.check(upload.id)
    expect(await uploads.get(member, at(upload))).toMatchObject({ state: 'done', version: 1 })
    expect(await versions()).toMatchObject([{ version: 1, notes: 'Trained on March', createdBy: 'Member' }])
    expect([...store.objects.values()].map((object) => object.equals(bytes))).toEqual([true])
    expect(store.uploads.size).toBe(0)
    expect((await uploads.list(member, { team, model })).items).toEqual([])
  })

  it('is one version when the same file comes twice at once, and again', async () => {
    const bytes = randomBytes(1000)
    const both = await Promise.all([whole(bytes), whole(bytes)])
    expect(both.map((each) => each.version)).toEqual([1, 1])
    expect((await whole(bytes)).version).toBe(1)
    expect((await whole(randomBytes(1000))).version).toBe(2)
  })

  it('is refused with a reason, and leaves nothing', async () => {
    const refused = await whole(Buffer.from('bad model'))
    const refusal = { code: 'model_rejected', detail: 'This is not an ONNX file.', remedy: 'Export it again.' }
    expect(refused).toMatchObject({ state: 'refused', refusal, version: null })
    const other = await whole(Buffer.from('good'), { sha256: 'a'.repeat(64) })
    expect(other.refusal).toMatchObject({ code: 'digest_mismatch' })
    expect(await versions()).toEqual([])
    expect(store.objects.size + store.uploads.size).toBe(0)
    const audited = await db.auditEntry.findMany({ where: { action: 'model.upload_refused', objectName: model } })
    expect(audited).toHaveLength(2)
    await expect(uploads.complete(member, at(refused))).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('goes on after the store was away, and is done once however often it is tried', async () => {
    const bytes = randomBytes(1000)
    const upload = await begin(bytes.length)
    await send(upload, bytes, 1)
    await uploads.complete(member, at(upload))
    store.trouble = 'unreachable'
    await expect(uploads.check(upload.id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    store.trouble = null
    expect((await uploads.get(member, at(upload))).state).toBe('checking')
    expect((await uploads.complete(member, at(upload))).state).toBe('checking')
    expect(sent).toHaveLength(1)
    await Promise.all([uploads.check(upload.id), uploads.check(upload.id)])
    await uploads.check(upload.id)
    expect(await versions()).toHaveLength(1)
  })

  it('takes no part of another size or number, and a part again', async () => {
    const bytes = randomBytes(partBytes + 10)
    const upload = await begin(bytes.length)
    const put = (part: number, piece: Buffer) =>
      uploads.putPart(member, { ...at(upload), part }, Readable.from([piece]))
    await expect(put(1, bytes.subarray(0, 10))).rejects.toMatchObject({ code: 'malformed_request' })
    await expect(put(2, bytes.subarray(0, 11))).rejects.toMatchObject({ code: 'malformed_request' })
    await expect(put(3, bytes.subarray(0, 10))).rejects.toMatchObject({ code: 'invalid_input' })
    await put(2, randomBytes(10))
    await put(2, bytes.subarray(partBytes))
    expect((await uploads.get(member, at(upload))).received).toEqual([2])
  })

  it('is refused before a byte is sent when it is too large, or the team has too much under way', async () => {
    await expect(begin(5 * 1024 * mebibyte)).rejects.toMatchObject({
      code: 'payload_too_large',
      message: 'The file has 5.0 GiB; 64 MiB is the most the portal takes.',
    })
    const first = await begin(60 * mebibyte)
    await expect(begin(60 * mebibyte)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('1 uploads of 60 MiB under way'),
    })
    await uploads.stop(member, at(first))
    expect((await begin(60 * mebibyte)).state).toBe('receiving')
  })

  it('is for whoever began it', async () => {
    const upload = await begin(10)
    const colleague = await makePerson(db, 'Colleague', { teams: { [team]: 'member' } })
    const viewer = await makePerson(db, 'Viewer', { teams: { [team]: 'viewer' } })
    const bytes = randomBytes(10)
    await expect(send(upload, bytes, 1, colleague)).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Only Member, who began this upload, can go on with it.',
    })
    await expect(send(upload, bytes, 1, viewer)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(uploads.stop(colleague, at(upload))).rejects.toMatchObject({ code: 'forbidden' })
    expect((await uploads.list(colleague, { team, model })).items).toEqual([])
    expect((await uploads.get(viewer, at(upload))).state).toBe('receiving')
    const elsewhere = { ...at(upload), model: ModelName.parse('another') }
    await expect(uploads.get(member, elsewhere)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('leaves nothing when it is stopped', async () => {
    const bytes = randomBytes(10)
    const upload = await begin(10)
    await send(upload, bytes, 1)
    await uploads.stop(member, at(upload))
    await uploads.stop(member, at(upload))
    expect(store.uploads.size).toBe(0)
    await expect(send(upload, bytes, 1)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('ends when nobody goes on with it for a day, and is forgotten after a week', async () => {
    const bytes = randomBytes(partBytes + 10)
    const upload = await begin(bytes.length)
    const hours = (count: number) => {
      now = new Date(now.getTime() + count * 3_600_000)
    }
    hours(20)
    await send(upload, bytes, 1)
    hours(20)
    await uploads.sweep()
    expect((await uploads.get(member, at(upload))).received).toEqual([1])
    hours(5)
    await uploads.sweep()
    expect(await uploads.get(member, at(upload))).toMatchObject({ state: 'stopped', received: [] })
    expect(store.uploads.size).toBe(0)
    hours(8 * 24)
    await uploads.sweep()
    await expect(uploads.get(member, at(upload))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is refused in the end when it cannot be checked for a day', async () => {
    const upload = await begin(10)
    await send(upload, randomBytes(10), 1)
    await uploads.complete(member, at(upload))
    now = new Date(now.getTime() + 25 * 3_600_000)
    await uploads.sweep()
    const { state, refusal } = await uploads.get(member, at(upload))
    expect({ state, refusal }).toMatchObject({
      state: 'refused',
      refusal: { detail: expect.stringContaining('could not be checked') },
    })
  })

  it('is completed or stopped when both are asked at once, never half of each', async () => {
    for (let round = 0; round < 20; round++) {
      const bytes = randomBytes(10)
      const upload = await begin(10)
      await send(upload, bytes, 1)
      const [completed, stopped] = await Promise.allSettled([
        uploads.complete(member, at(upload)),
        uploads.stop(member, at(upload)),
      ])
      const { state, received } = await uploads.get(member, at(upload))
      if (state === 'checking') {
        expect(stopped).toMatchObject({ reason: { code: 'wrong_state' } })
        expect(received).toEqual([1])
        await uploads.check(upload.id)
      } else {
        expect({ state, stopped: stopped.status }).toEqual({ state: 'stopped', stopped: 'fulfilled' })
        expect(completed.status).toBe('rejected')
      }
      expect(store.uploads.size).toBe(0)
    }
  })

  it('is left alone by the sweep when somebody goes on with it meanwhile', async () => {
    const bytes = randomBytes(partBytes + 10)
    const both = [await begin(bytes.length), await begin(bytes.length)]
    for (const upload of both) await send(upload, bytes, 1)
    now = new Date(now.getTime() + 25 * 3_600_000)
    const { abandon } = store
    store.abandon = async (id) => {
      store.abandon = abandon
      await abandon(id)
      for (const upload of both) if (upload.id !== id) await send(upload, bytes, 2)
    }
    await uploads.sweep()
    const after = await Promise.all(both.map((upload) => uploads.get(member, at(upload))))
    expect(after.map((each) => `${each.state} ${each.received}`).sort()).toEqual(['receiving 1,2', 'stopped '])
  })

  it('stays refused when its check ends after it was given up', async () => {
    const upload = await begin(10)
    await send(upload, randomBytes(10), 1)
    await uploads.complete(member, at(upload))
    const { assemble } = store
    store.assemble = async (...given) => {
      const stored = await assemble(...given)
      now = new Date(now.getTime() + 25 * 3_600_000)
      await uploads.sweep()
      return stored
    }
    await uploads.check(upload.id)
    expect(await uploads.get(member, at(upload))).toMatchObject({ state: 'refused', version: null })
    expect(await versions()).toEqual([])
  })
})
