import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ModelRoute } from '../http/route-table.ts'
import { InferenceError } from '../protocol/errors.ts'
import { until } from '../testing/until.ts'
import { createAuthorizer, modelsFor } from './auth.ts'

const model = (name: string, tenant = 'ml'): ModelRoute => ({
  name,
  tenant,
  slot: 0,
  concurrency: 1,
  requestsPerSecond: Number.POSITIVE_INFINITY,
  timeoutMilliseconds: 1,
  versions: [],
})

const signer = async (kid: string) => {
  const pair = await generateKeyPair('ES256')
  const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' }
  const token = (claims: object = {}, seconds = 300, since = 0) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ tenant: 'ml', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setExpirationTime(now + seconds)
      .setNotBefore(now + since)
      .sign(pair.privateKey)
  }
  return { jwk, token }
}

const issuer = async () => {
  let keys: JWK[] = []
  let status = 200
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    if (status === 302) response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else response.writeHead(status).end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = Object(server.address()) satisfies AddressInfo
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    jwks: `http://127.0.0.1:${port}/jwks`,
    publish: (...next: JWK[]) => {
      keys = next
    },
    answer: (code: number) => {
      status = code
    },
    asked: () => asked,
  }
}

const times = { freshMilliseconds: 200, pauseMilliseconds: 0 }
const settings = (jwks: string) => ({ jwks, issuer: '', audience: '' })

/** The tenant, or the status that refuses. */
const outcome = async (authorize: ReturnType<typeof createAuthorizer>, token: string) => {
  try {
    return await authorize(`Bearer ${token}`, model('ml-dev.x'))
  } catch (error) {
    return error instanceof InferenceError ? error.status : error
  }
}

describe('the keys of the issuer', () => {
  it('are read again when a token names a new one', async () => {
    const [old, fresh] = [await signer('old'), await signer('new')]
    const { jwks, publish } = await issuer()
    publish(old.jwk)
    const authorize = createAuthorizer(settings(jwks), times)
    expect(await outcome(authorize, await old.token())).toBe('ml')
    publish(old.jwk, fresh.jwk)
    expect(await outcome(authorize, await fresh.token())).toBe('ml')
  })

  it('are not asked for again and again because of tokens with keys that nobody has', async () => {
    const [own, stranger] = [await signer('own'), await signer('stranger')]
    const { jwks, publish, asked } = await issuer()
    publish(own.jwk)
    const authorize = createAuthorizer(settings(jwks), { freshMilliseconds: 60_000, pauseMilliseconds: 60_000 })
    expect(await outcome(authorize, await own.token())).toBe('ml')
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => stranger.token({ at })))
    for (const token of tokens) expect(await outcome(authorize, token)).toBe(401)
    expect(asked()).toBe(1)
  })

  it('that were taken away are honoured no more, also for tokens that were taken before', async () => {
    const [leaked, fresh] = [await signer('leaked'), await signer('new')]
    const { jwks, publish } = await issuer()
    publish(leaked.jwk)
    const authorize = createAuthorizer(settings(jwks), times)
    const token = await leaked.token()
    expect(await outcome(authorize, token)).toBe('ml')
    publish(fresh.jwk)
    await until('the token is refused', async () => (await outcome(authorize, token)) === 401)
  })

  it('that cannot be had at the start make it say so, and nothing is lost once they can', async () => {
    const own = await signer('own')
    const { jwks, publish, answer } = await issuer()
    publish(own.jwk)
    const authorize = createAuthorizer(settings(jwks), times)
    for (const code of [500, 404, 302]) {
      answer(code)
      expect(await outcome(authorize, await own.token())).toBe(503)
    }
    answer(200)
    expect(await outcome(authorize, await own.token())).toBe('ml')
  })

  it('that are known go on being good while the issuer is away', async () => {
    const own = await signer('own')
    const { jwks, publish, answer, asked } = await issuer()
    publish(own.jwk)
    const authorize = createAuthorizer(settings(jwks), times)
    const token = await own.token()
    expect(await outcome(authorize, token)).toBe('ml')
    answer(500)
    await until('they are old', async () => {
      expect(await outcome(authorize, token)).toBe('ml')
      return asked() > 2
    })
    expect(await outcome(authorize, await own.token({ other: 1 }))).toBe('ml')
  })

  it('may lie in a file that is replaced', async () => {
    const [old, fresh] = [await signer('old'), await signer('new')]
    const folder = await mkdtemp(join(tmpdir(), 'jwks-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'jwks.json')
    await writeFile(file, JSON.stringify({ keys: [old.jwk] }))
    const authorize = createAuthorizer(settings(file), times)
    expect(await outcome(authorize, await old.token())).toBe('ml')
    await writeFile(file, JSON.stringify({ keys: [fresh.jwk] }))
    expect(await outcome(authorize, await fresh.token())).toBe('ml')
    expect(await outcome(authorize, await old.token())).toBe(401)
    await writeFile(file, '{"keys": [{}')
    expect(await outcome(authorize, await fresh.token({ other: 1 }))).toBe('ml')
  })
})

it('forgives clocks that differ by seconds, not by minutes', async () => {
  const own = await signer('own')
  const { jwks, publish } = await issuer()
  publish(own.jwk)
  const authorize = createAuthorizer(settings(jwks), times)
  const late = await own.token({}, -10)
  expect(await outcome(authorize, late)).toBe('ml')
  expect(await outcome(authorize, late)).toBe('ml')
  expect(await outcome(authorize, await own.token({}, 300, 10))).toBe('ml')
  expect(await outcome(authorize, await own.token({}, -60))).toBe(401)
  expect(await outcome(authorize, await own.token({}, 300, 60))).toBe(401)
})

it('shows a caller the models it may use', async () => {
  const own = await signer('own')
  const { jwks, publish } = await issuer()
  publish(own.jwk)
  const authorize = createAuthorizer(settings(jwks), times)
  const models = [model('ml-dev.a'), model('ml-prod.a'), model('data-dev.b', 'data')]
  const namesFor = async (claims: object) =>
    (await modelsFor(authorize, `Bearer ${await own.token(claims)}`, models)).map((each) => each.name)
  expect(await namesFor({})).toEqual(['ml-dev.a', 'ml-prod.a'])
  expect(await namesFor({ models: ['ml-dev.*', 'data-dev.b'] })).toEqual(['ml-dev.a', 'data-dev.b'])
  expect(await namesFor({ tenant: '*' })).toHaveLength(3)
  await expect(modelsFor(authorize, '', models)).rejects.toMatchObject({ status: 401 })
})
