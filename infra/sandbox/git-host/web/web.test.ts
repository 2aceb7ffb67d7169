import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoUsers } from '#sandbox/identity/people/users.ts'
import { commitFiles, openPull, repo, startTestHost, type TestHost } from '../testing/host.ts'

const redirectUri = 'http://127.0.0.1:4999/api/link/github/callback'
const oauth = { id: 'portal', secret: 'a-client-secret', redirectUri }
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
let host: TestHost

beforeAll(async () => {
  const people = demoUsers.map(({ username, name, email, password }) => ({ login: username, name, email, password }))
  host = await startTestHost({ oauth, people })
})
afterAll(() => host.close())

const browse = (path: string, init: RequestInit = {}) => fetch(`${host.url}${path}`, { redirect: 'manual', ...init })

async function signIn(username: string, password = 'modelyard') {
  const answer = await browse('/login', {
    method: 'POST',
    body: new URLSearchParams({ username, password, return_to: '/platform/gitops' }),
  })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const open = async (path: string) => (await browse(path, { headers: { cookie } })).text()
  const proofOn = async (path: string) => /name="proof" value="([^"]+)"/.exec(await open(path))?.[1] ?? ''
  const press = async (path: string, fields: Record<string, string>, from = path) => {
    const body = new URLSearchParams({ proof: await proofOn(from), ...fields })
    return browse(path, { method: 'POST', headers: { cookie }, body })
  }
  return { answer, cookie, open, press }
}

describe('pages', () => {
  it('exist for a repository, a folder, a file, commits, a comparison and pull requests', async () => {
    const sha = await commitFiles(host.admin, 'feature/pages', { 'teams/ml/quota.yaml': 'cpu: 4\n' })
    const expected: [string, string][] = [
      ['/', 'platform/gitops'],
      ['/platform', 'platform/gitops'],
      ['/platform/gitops', 'README.md'],
      ['/platform/gitops/tree/feature/pages/teams', 'ml/'],
      ['/platform/gitops/blob/feature/pages/teams/ml/quota.yaml', 'cpu: 4'],
      ['/platform/gitops/commits/feature/pages', 'Change feature/pages'],
      [`/platform/gitops/commit/${sha}`, '+cpu: 4'],
      ['/platform/gitops/compare/main...feature/pages', 'quota.yaml'],
      ['/platform/gitops/pulls', 'No pull requests yet'],
    ]
    for (const [path, text] of expected) {
      const answer = await browse(path)
      expect([path, answer.status]).toEqual([path, 200])
      expect(await answer.text()).toContain(text)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    const raw = await browse('/platform/gitops/raw/main/README.md')
    expect(raw.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await raw.text()).toBe('# GitOps\n')
  })

  it('answer 404 for what is not there, also for paths that try to get out', async () => {
    for (const path of [
      '/none',
      '/platform/none',
      '/platform/gitops/blob/main/nope',
      '/platform/gitops/pull/99',
      '/platform/gitops/blob/main/..%2f..%2fsecret',
      '/platform/gitops/%00',
      '/%E0%A4%A',
      '/platform/gitops/commit/--help',
    ]) {
      expect([path, (await browse(path)).status]).toEqual([path, 404])
    }
  })

  it('show hostile names and texts as text', async () => {
    const files = { [`${hostile.replaceAll('/', '_')}.yaml`]: `${hostile}\n` }
    const { data: pull } = await (async () => {
      await commitFiles(host.admin, 'hostile', files)
      return host.admin.pulls.create({ ...repo, title: hostile, head: 'hostile', base: 'main', body: hostile })
    })()
    await host.admin.issues.createComment({ ...repo, issue_number: pull.number, body: hostile })
    for (const path of [
      `/platform/gitops/pull/${pull.number}`,
      '/platform/gitops/pulls',
      '/platform/gitops/tree/hostile',
      `/platform/gitops/commit/${pull.head.sha}`,
    ]) {
      const text = await (await browse(path)).text()
      expect(text).not.toContain('<script')
      expect(text).not.toContain('<img')
    }
    expect(await (await browse(`/platform/gitops/pull/${pull.number}.diff`)).text()).toContain('+++ b/')
  })
})

describe('a person at the pages', () => {
  it('signs in, reads why, approves, and merges', async () => {
    const pull = await openPull(host.admin, 'approve-me')
    const path = `/platform/gitops/pull/${pull.number}`
    expect(await (await browse(path)).text()).toContain('Sign in')
    const reviewer = await signIn('reviewer')
    expect(reviewer.answer.headers.get('location')).toBe('/platform/gitops')
    expect(await reviewer.open(path)).toContain(`Approve ${pull.head.sha.slice(0, 7)}`)
    await reviewer.press(path, { action: 'approve', sha: pull.head.sha, body: 'Fine' })
    await reviewer.press(path, { action: 'comment', sha: pull.head.sha, body: 'Thanks' })
    const text = await reviewer.open(path)
    expect(text).toContain('reviewer approved')
    expect(text).toContain('Thanks')
    expect((await reviewer.press(path, { action: 'merge', sha: pull.head.sha })).status).toBe(303)
    const { data } = await host.admin.pulls.get({ ...repo, pull_number: pull.number })
    expect(data).toMatchObject({ merged: true, merged_by: { login: 'reviewer' } })
  })

  it('is told on the page why a merge or an own approval is refused', async () => {
    const pull = await openPull(host.admin, 'moves-on')
    const path = `/platform/gitops/pull/${pull.number}`
    await commitFiles(host.admin, 'moves-on', { 'b.yaml': 'b\n' }, 'moves-on')
    const member = await signIn('ml-member')
    const refused = await member.press(path, { action: 'merge', sha: pull.head.sha })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('Head branch was modified')
    await member.press(path, { action: 'close' })
    expect((await host.admin.pulls.get({ ...repo, pull_number: pull.number })).data.state).toBe('closed')
  })

  it('cannot be made to press a button from elsewhere, or be led elsewhere after signing in', async () => {
    const pull = await openPull(host.admin, 'forged')
    const member = await signIn('ml-member')
    const path = `/platform/gitops/pull/${pull.number}`
    expect((await member.press(path, { action: 'close', proof: 'forged' })).status).toBe(403)
    for (const return_to of [
      'https://elsewhere.example',
      '//elsewhere.example',
      '/\\elsewhere.example',
      'javascript:alert(1)',
    ]) {
      const fields = { username: 'ml-member', password: 'modelyard', return_to }
      const answer = await browse('/login', { method: 'POST', body: new URLSearchParams(fields) })
      expect(answer.headers.get('location')).toBe('/')
    }
    expect((await signIn('ml-member', 'wrong')).answer.status).toBe(401)
  })
})

describe('linking an account', () => {
  const verifier = 'v'.repeat(50)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const query = new URLSearchParams({
    client_id: 'portal',
    redirect_uri: redirectUri,
    state: 'kept',
    code_challenge: challenge,
  })
  const address = `/login/oauth/authorize?${query}`
  const exchange = async (fields: Record<string, string>) => {
    const body = JSON.stringify({ client_id: 'portal', client_secret: oauth.secret, ...fields })
    const headers = { accept: 'application/json', 'content-type': 'application/json' }
    return (await browse('/login/oauth/access_token', { method: 'POST', headers, body })).json()
  }
  const codeFor = async (username: string) => {
    const person = await signIn(username)
    const answer = await person.press(address, { allow: 'yes' })
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.searchParams.get('state')).toBe('kept')
    return location.searchParams.get('code') ?? ''
  }

  it('asks whoever is signed in, and gives the application a token for exactly that person, once', async () => {
    expect((await browse(address)).headers.get('location')).toMatch(/^\/login\?return_to=/)
    const code = await codeFor('ml-maintainer')
    const { access_token } = await exchange({ code, code_verifier: verifier, redirect_uri: redirectUri })
    expect((await host.client(access_token).users.getAuthenticated()).data.login).toBe('ml-maintainer')
    expect(await exchange({ code, code_verifier: verifier })).toMatchObject({ error: 'bad_verification_code' })
  })

  it('refuses foreign addresses, wrong secrets and a code without its verifier', async () => {
    for (const foreign of ['https://elsewhere.example/', 'http://127.0.0.1:4999/api/link/github/callback-x', 'x']) {
      const other = new URLSearchParams({ client_id: 'portal', redirect_uri: foreign })
      expect((await browse(`/login/oauth/authorize?${other}`)).status).toBe(400)
    }
    const code = await codeFor('ml-member')
    expect(await exchange({ code, client_secret: 'wrong' })).toMatchObject({ error: 'incorrect_client_credentials' })
    expect(await exchange({ code })).toMatchObject({ error: 'bad_verification_code' })
  })

  it('can be declined', async () => {
    const person = await signIn('ml-viewer')
    const answer = await person.press(address, { allow: 'no' })
    expect(answer.headers.get('location')).toContain('error=access_denied')
  })
})
