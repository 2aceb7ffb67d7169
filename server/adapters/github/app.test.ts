/** As a GitHub App: with the sandbox's own key, and against a host whose clock and tokens the test holds. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type SandboxPart, startSandboxPart } from '../../testing/sandbox.ts'
import { createClient } from './client.ts'
import { createGitHub } from './github.ts'

const minute = 60_000
const at = { owner: 'platform', repo: 'gitops' }

describe('a GitHub App, by the sandbox host', () => {
  let sandbox: SandboxPart
  beforeAll(async () => {
    const seed = 'infra/sandbox/seed/gitops'
    sandbox = await startSandboxPart('git-host', { port: '0', 'admin-token': 'token-of-the-portal', seed })
  })
  afterAll(() => sandbox.stop())

  const access = () => {
    const { app } = z
      .object({ app: z.object({ appId: z.number(), installationId: z.number(), privateKeyPath: z.string() }) })
      .parse(sandbox.ready)
    const privateKey = readFileSync(app.privateKeyPath, 'utf8')
    return {
      kind: 'app' as const,
      appId: String(app.appId),
      installationId: String(app.installationId),
      privateKey,
    }
  }

  it('mints one installation token for many calls, and works with it', async () => {
    const minted: string[] = []
    const counted: typeof fetch = (input, init) => {
      if (String(input).endsWith('/access_tokens')) minted.push(String(input))
      return fetch(input, init)
    }
    const host = createGitHub({
      apiUrl: String(sandbox.ready.apiUrl),
      repository: 'platform/gitops',
      access: access(),
      transport: { fetch: counted },
    })
    await Promise.all([host.readFile('platform/policy.yaml'), host.headOfDefaultBranch(), host.readTree('platform')])
    const change = await host.openChange({
      branch: 'modelyard/by-the-app',
      title: 'By the app',
      body: 'Why',
      message: 'Change it',
      files: [{ path: 'teams/a.yaml', content: 'a: 1\n' }],
    })
    expect((await host.merge(change.number, change.headSha, 'Merge it')).outcome).toBe('merged')
    expect(minted).toHaveLength(1)
  })

  it('is refused in words when the key is another one', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const host = createGitHub({
      apiUrl: String(sandbox.ready.apiUrl),
      repository: 'platform/gitops',
      access: { ...access(), privateKey },
    })
    await expect(host.headOfDefaultBranch()).rejects.toMatchObject({
      code: 'integration_unavailable',
      explanation: { remedy: 'A platform admin renews the token or the app’s key.' },
    })
  })

  it('does not spend its limit on what has not changed', async () => {
    const host = createClient(String(sandbox.ready.apiUrl), { kind: 'token', token: 'token-of-the-portal' })
    const left = async () => Number((await host.rest.repos.get(at)).headers['x-ratelimit-remaining'])
    const first = await left()
    expect([await left(), await left(), await left()]).toEqual([first, first, first])
  })
})

describe('an installation token', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const began = Date.now()
  afterEach(() => void vi.useRealTimers())

  /** A host that takes a token for an hour, and may revoke it before. */
  function begin(installationId: string) {
    const minted: string[] = []
    const revoked = new Set<string>()
    const ends = new Map<string, number>()
    const answer = (status: number, body: object) =>
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
    const host: typeof fetch = async (input, init) => {
      if (String(input).endsWith('/access_tokens')) {
        const token = `ghs_${minted.length + 1}`
        minted.push(token)
        ends.set(token, Date.now() + 60 * minute)
        return answer(201, { token, expires_at: new Date(Date.now() + 60 * minute).toISOString(), permissions: {} })
      }
      const token = new Headers(init?.headers).get('authorization')?.replace(/^token /, '') ?? ''
      const good = !revoked.has(token) && (ends.get(token) ?? 0) > Date.now()
      return good ? answer(200, { full_name: 'platform/gitops' }) : answer(401, { message: 'Bad credentials' })
    }
    const access = { kind: 'app' as const, appId: '1', installationId, privateKey }
    const octokit = createClient('https://git.example', access, { fetch: host })
    return { minted, revoked, ask: () => octokit.rest.repos.get(at) }
  }

  it('is renewed before it ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: began })
    const { minted, ask } = begin('11')
    await ask()
    vi.setSystemTime(began + 58 * minute)
    await ask()
    expect(minted).toHaveLength(1)
    vi.setSystemTime(began + 59.5 * minute)
    await ask()
    expect(minted).toHaveLength(2)
  })

  it('that is refused half-way is renewed once, for all calls under way', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: began })
    const { minted, revoked, ask } = begin('12')
    await ask()
    vi.setSystemTime(began + 20 * minute)
    revoked.add('ghs_1')
    await Promise.all(Array.from({ length: 10 }, ask))
    await ask()
    expect(minted).toEqual(['ghs_1', 'ghs_2'])
  })
})
