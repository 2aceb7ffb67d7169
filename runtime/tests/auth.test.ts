import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'

let runtime: TestRuntime
let key: CryptoKey
const jwks = join(tmpdir(), `jwks-${randomUUID()}.json`)
const settings = { issuer: 'https://portal.example', audience: 'modelyard-runtime' }

beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  key = pair.privateKey
  await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'ES256' }] }))
  runtime = await startTestRuntime({ auth: { jwks, ...settings } }, true)
  await runtime.put('ml-dev.echo', [{ bytes: identity('float') }], { tenant: 'ml' })
  await runtime.settled('ml-dev.echo')
}, 120_000)

afterAll(async () => {
  await runtime.close()
  await rm(jwks)
})

const token = (claims: Record<string, unknown>, signer = key, life = '5m') =>
  new SignJWT({ iss: settings.issuer, aud: settings.audience, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'a' })
    .setExpirationTime(life)
    .sign(signer)

const ask = async (authorization: string | undefined) => {
  const answer = await runtime.infer(
    'ml-dev.echo',
    { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] },
    authorization === undefined ? {} : { authorization },
  )
  return answer.status
}

describe('a runtime that asks for tokens', () => {
  it('serves the tenant of the model, who is named in it, and the platform', async () => {
    const own = `Bearer ${await token({ tenant: 'ml' })}`
    expect([await ask(own), await ask(own)]).toEqual([200, 200])
    expect(await ask(`Bearer ${await token({ tenant: 'guest', models: ['ml-dev.*'] })}`)).toBe(200)
    expect(await ask(`Bearer ${await token({ tenant: '*' })}`)).toBe(200)
  })

  it('refuses other tenants and other models', async () => {
    expect(await ask(`Bearer ${await token({ tenant: 'data' })}`)).toBe(403)
    expect(await ask(`Bearer ${await token({ tenant: 'ml', models: ['ml-prod.*'] })}`)).toBe(403)
  })

  it('refuses what is no token, is not ours, has expired, or is for somebody else', async () => {
    const stranger = await generateKeyPair('ES256')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"tenant":"ml","exp":9999999999}').toString('base64url')}.`
    const refused = [
      undefined,
      'Basic YTpi',
      'Bearer nonsense',
      `Bearer ${none}`,
      `Bearer ${await token({ tenant: 'ml' }, stranger.privateKey)}`,
      `Bearer ${await token({ tenant: 'ml' }, key, '-1m')}`,
      `Bearer ${await token({ tenant: 'ml', aud: 'another' })}`,
      `Bearer ${await token({ tenant: 'ml', iss: 'https://evil.example' })}`,
      `Bearer ${await token({})}`,
    ]
    for (const authorization of refused) expect(await ask(authorization)).toBe(401)
  })

  it('does not read the body of who may not call', async () => {
    const response = await fetch(`${runtime.url}/v2/models/ml-dev.echo/infer`, {
      method: 'POST',
      body: Buffer.alloc(500_000),
    })
    expect(response.status).toBe(401)
    expect((await fetch(`${runtime.url}/v2/health/live`)).status).toBe(200)
  })
})
