import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ObjectStore } from '../../ports/object-store/object-store.ts'
import { digestOf } from '../model-bytes.ts'
import { createS3Store } from './s3.ts'
import { type FaultProxy, faultProxy } from './testing/fault-proxy.ts'

/** Without a real server: what people are told when the store is in trouble. With one: s3.cluster.test.ts. */
describe('what an S3 server says, in words', () => {
  let server: FaultProxy
  let store: ObjectStore
  const digest = digestOf(Buffer.from('a model'))

  beforeAll(async () => {
    server = await faultProxy(undefined)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'portal')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-for-tests')
    const place = { bucket: 'models', prefix: '', region: 'eu-west-1', endpoint: server.url, pathStyle: true }
    store = createS3Store(place, { patienceMilliseconds: 300, attempts: 1 })
    await store.stat(digest) // the credentials are read when they are first needed
  })
  afterAll(() => server.close())

  it.each([
    [404, 'NoSuchBucket', 'The bucket of the model store does not exist.', 'OBJECT_STORE_URL'],
    [403, 'AccessDenied', 'The model store does not let the portal do this.', 'policy'],
    [403, 'SignatureDoesNotMatch', 'The model store does not take the portal’s credentials.', 'AWS_ACCESS_KEY_ID'],
    [403, 'RequestTimeTooSkewed', 'The clocks of the portal and of the model store differ', 'clock'],
    [400, 'AuthorizationHeaderMalformed', 'The bucket of the model store lies in another region.', 'region'],
    [501, 'NotImplemented', 'The model store cannot do what the portal needs', 'conditional writes'],
    [503, 'SlowDown', 'The model store is overloaded.', 'Try again'],
    [507, 'InsufficientStorage', 'The model store is full.', 'makes room'],
    [403, 'QuotaExceeded', 'The model store is full.', 'makes room'],
    [418, 'ImATeapot', 'The model store answered 418 ImATeapot.', 'OBJECT_STORE_URL'],
  ])('%i %s', async (status, code, detail, remedy) => {
    server.trouble = { kind: 'answer', when: /./, status, code }
    await expect(store.get(digest)).rejects.toMatchObject({
      code: 'integration_unavailable',
      explanation: { detail: expect.stringContaining(detail), remedy: expect.stringContaining(remedy) },
    })
  })

  it('nothing at all', async () => {
    server.trouble = { kind: 'stall', when: /./ }
    await expect(store.get(digest)).rejects.toMatchObject({ message: 'The model store did not answer in time.' })
    server.trouble = { kind: 'cut', when: /./ }
    await expect(store.get(digest)).rejects.toMatchObject({
      message: 'The model store cannot be reached (ECONNRESET).',
    })
  })

  it('tells the password of nobody', async () => {
    server.trouble = { kind: 'answer', when: /./, status: 403, code: 'AccessDenied' }
    const said = await store.put(Readable.from([Buffer.from('a model')]), { maxBytes: 100 }).catch(String)
    expect(said).not.toContain('a-secret-for-tests')
  })
})
