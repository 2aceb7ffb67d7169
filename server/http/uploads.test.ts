/** Uploads in parts as a client makes them, with the real validator and a folder as the store. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { depthToSpace } from '#runtime/testing/models.ts'
import { getVersionAddress } from '../contracts/models.ts'
import { UploadView } from '../contracts/uploads.ts'
import type { Actor } from '../permissions/actor.ts'
import { testDatabase } from '../testing/database.ts'
import { makePerson, makeTeam } from '../testing/people.ts'
import { portalUrl, problemIn, startPortal, type TestPortal } from '../testing/portal.ts'

const root = join(import.meta.dirname, '../..')
const iris = readFileSync(join(root, 'runtime/samples/iris/1/model.onnx'))
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

describe('an upload in parts, over HTTP', () => {
  const database = testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-uploads-'))
  let portal: TestPortal
  let member: Actor
  let address: string

  beforeAll(async () => {
    portal = await startPortal(database.url, { OBJECT_STORE_URL: `file://${folder}`, UPLOAD_LIMIT_MIB: '64' })
    const team = await makeTeam(portal.services.db)
    member = await makePerson(portal.services.db, 'Member', { teams: { [team]: 'member' } })
    await portal.ask(member, 'POST', `/api/v1/teams/${team}/models`, { body: { name: 'iris' } })
    address = `/api/v1/teams/${team}/models/iris/uploads`
  })
  afterAll(async () => {
    await portal.stop()
    rmSync(folder, { recursive: true })
  })

  const octets = { 'content-type': 'application/octet-stream' }
  const begin = async (bytes: Buffer, more: object = {}, headers: Record<string, string> = {}) => {
    const body = { fileName: 'model.onnx', sizeBytes: bytes.length, ...more }
    return portal.ask(member, 'POST', address, { body, headers })
  }
  const put = (id: string, part: number, piece: Buffer, query = '') =>
    portal.ask(member, 'PUT', `${address}/${id}/parts/${part}${query}`, { raw: new Uint8Array(piece), headers: octets })
  const whole = async (bytes: Buffer) => {
    const { id, partBytes, partCount } = UploadView.parse((await begin(bytes)).body)
    for (let part = 1; part <= partCount; part += 1) {
      const { status } = await put(id, part, bytes.subarray((part - 1) * partBytes, part * partBytes))
      expect(status).toBe(200)
    }
    expect((await portal.ask(member, 'POST', `${address}/${id}/complete`, { body: {} })).status).toBe(202)
    await portal.services.uploads.check(UploadView.shape.id.parse(id))
    return UploadView.parse((await portal.ask(member, 'GET', `${address}/${id}`)).body)
  }

  it('makes a version of a model larger than one part', async () => {
    // A field that ONNX does not know makes a small model large.
    const filling = randomBytes(9_000_000)
    const field = Buffer.from([0xc2, 0x3e, ...lengthOf(filling.length)])
    const upload = await whole(Buffer.concat([iris, field, filling]))
    expect(upload).toMatchObject({ state: 'done', version: 1, partCount: 2, refusal: null })
  })

  it('gives the bytes of a version back, and nothing that is damaged', async () => {
    const { version } = await whole(iris)
    const file = `${address.replace('uploads', 'versions')}/${version}`
    const response = await portal.open(member, 'GET', `${file}/file`)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="iris-${version}.onnx"`)
    expect(Buffer.from(await response.arrayBuffer()).equals(iris)).toBe(true)
    const { body } = await portal.ask(member, 'GET', `${file}/address`)
    const where = getVersionAddress.output.parse(body)
    expect(where).toMatchObject({ url: `${portalUrl}${file}/file`, expiresAt: null, sizeBytes: iris.length })
    writeFileSync(join(folder, 'sha256', where.sha256), 'other bytes')
    const damaged = await portal.open(member, 'GET', `${file}/file`)
    await expect(damaged.arrayBuffer()).rejects.toThrow('returned other bytes')
    expect(problemIn(await portal.ask(member, 'GET', `${file.replace(/\d+$/, '99')}/file`)).code).toBe('not_found')
    await whole(iris)
    expect((await portal.open(member, 'GET', `${file}/file`)).status).toBe(200)
  })

  it.each([
    ['text', Buffer.from('this is not a model')],
    ['a ZIP archive', Buffer.from('504b030414000000080000002100', 'hex')],
    ['a PNG image', png],
    ['a model that is cut at 99 %', iris.subarray(0, Math.floor(iris.length * 0.99))],
    ['a 99-byte model that crashes the loader', depthToSpace(2n ** 32n)],
  ])('refuses %s with a reason, and keeps nothing of it', async (_, bytes) => {
    const before = readdirSync(folder, { recursive: true }).sort()
    const { state, version, refusal } = await whole(bytes)
    expect({ state, version }).toEqual({ state: 'refused', version: null })
    expect(refusal?.code).toBe('model_rejected')
    expect(refusal?.detail).toMatch(/\w{3}/)
    expect(refusal?.remedy).toMatch(/\w{3}/)
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
  })

  it('refuses an empty file and one of 5 GB before a byte is sent', async () => {
    const empty = problemIn(await begin(Buffer.alloc(0)))
    expect(empty).toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'sizeBytes', message: 'The file is empty. Export the model again.' }],
    })
    const large = problemIn(await begin(Buffer.alloc(0), { sizeBytes: 5 * 2 ** 30 }))
    expect(large).toMatchObject({ code: 'payload_too_large', detail: expect.stringContaining('5.0 GiB') })
  })

  it('begins once, however often the beginning is sent', async () => {
    const key = { 'idempotency-key': 'begin-this-upload-once' }
    const [first, second] = [await begin(iris, {}, key), await begin(iris, {}, key)]
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
    const { id } = UploadView.parse(first.body)
    expect((await portal.ask(member, 'DELETE', `${address}/${id}`)).status).toBe(204)
    expect(problemIn(await put(id, 1, iris)).code).toBe('wrong_state')
  })

  it('refuses a part with other bytes than announced, or of another type', async () => {
    const { id } = UploadView.parse((await begin(iris)).body)
    expect(problemIn(await put(id, 1, iris, `?sha256=${'0'.repeat(64)}`)).code).toBe('digest_mismatch')
    const json = await portal.ask(member, 'PUT', `${address}/${id}/parts/1`, { body: {} })
    expect(json.status).toBe(415)
    const answer = UploadView.parse((await portal.ask(member, 'GET', `${address}/${id}`)).body)
    expect(answer.received).toEqual([])
  })
})

/** As protobuf writes a length: seven bits a byte. */
const lengthOf = (length: number): number[] =>
  length < 128 ? [length] : [(length % 128) + 128, ...lengthOf(Math.floor(length / 128))]
