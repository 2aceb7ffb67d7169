/** The whole road of an upload with the model store in a bucket of a real S3 server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { depthToSpace } from '#runtime/testing/models.ts'
import { obtainTool } from '#sandbox/real/binaries/obtain.ts'
import { S3_SERVER } from '#sandbox/real/binaries/tools.ts'
import { type S3Server, startS3Server } from '#sandbox/real/s3/s3-server.ts'
import { getModel, getVersionAddress, type ModelDetail } from '../contracts/models.ts'
import { UploadView } from '../contracts/uploads.ts'
import type { Actor } from '../permissions/actor.ts'
import { testDatabase } from '../testing/database.ts'
import { makePerson, makeTeam } from '../testing/people.ts'
import { startPortal, type TestPortal } from '../testing/portal.ts'

const iris = readFileSync(join(import.meta.dirname, '../../runtime/samples/iris/1/model.onnx'))

describe('an upload to a bucket', () => {
  const database = testDatabase()
  const state = mkdtempSync(join(tmpdir(), 'modelyard-s3-'))
  let server: S3Server
  let portal: TestPortal
  let member: Actor
  let models: string

  beforeAll(async () => {
    server = await startS3Server({ state, binary: await obtainTool(S3_SERVER, console.error) })
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.root.access)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.root.secret)
    const { bucket, endpoint, region } = server
    const url = `s3://${bucket}/registry?endpoint=${endpoint}&region=${region}`
    portal = await startPortal(database.url, { OBJECT_STORE_URL: url })
    const team = await makeTeam(portal.services.db)
    member = await makePerson(portal.services.db, 'Member', { teams: { [team]: 'member' } })
    models = `/api/v1/teams/${team}/models`
    await portal.ask(member, 'POST', models, { body: { name: 'iris' } })
  })
  afterAll(async () => {
    await portal?.stop()
    await server?.stop()
    rmSync(state, { recursive: true })
  })

  const inParts = async (bytes: Buffer) => {
    const address = `${models}/iris/uploads`
    const body = { fileName: 'model.onnx', sizeBytes: bytes.length }
    const { id } = UploadView.parse((await portal.ask(member, 'POST', address, { body })).body)
    const headers = { 'content-type': 'application/octet-stream' }
    await portal.ask(member, 'PUT', `${address}/${id}/parts/1`, { raw: new Uint8Array(bytes), headers })
    await portal.ask(member, 'POST', `${address}/${id}/complete`, { body: {} })
    await portal.services.uploads.check(id)
    return UploadView.parse((await portal.ask(member, 'GET', `${address}/${id}`)).body)
  }
  const versions = async (): Promise<ModelDetail['versions']> =>
    getModel.output.parse((await portal.ask(member, 'GET', `${models}/iris`)).body).versions

  it('becomes a version, and lies there under its digest alone', async () => {
    expect(await inParts(iris)).toMatchObject({ state: 'done', version: 1 })
    const headers = { 'content-type': 'application/octet-stream' }
    const again = await portal.ask(member, 'POST', `${models}/iris/versions`, { raw: new Uint8Array(iris), headers })
    expect(again.body).toMatchObject({ version: 1 })
    const [version] = await versions()
    expect(readdirSync(join(server.folder, 'registry/sha256'))).toEqual([version?.digest])
    const { body } = await portal.ask(member, 'GET', `${models}/iris/versions/1/address`)
    const { url, expiresAt } = getVersionAddress.output.parse(body)
    expect(Date.parse(expiresAt ?? '')).toBeGreaterThan(Date.now())
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(iris)).toBe(true)
  })

  it('is refused with the reason, and leaves nothing in the bucket', async () => {
    const { state: ended, refusal } = await inParts(depthToSpace(2n ** 32n))
    expect({ ended, why: refusal?.detail }).toMatchObject({
      ended: 'refused',
      why: expect.stringContaining('ended the process that loaded it'),
    })
    expect(readdirSync(join(server.folder, 'registry/sha256'))).toHaveLength(1)
    expect(await versions()).toHaveLength(1)
  })
})
