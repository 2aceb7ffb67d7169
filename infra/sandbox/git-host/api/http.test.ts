import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  adminToken,
  base64,
  clientFor,
  commitFiles,
  openPull,
  patiently,
  repo,
  startTestHost,
  type TestHost,
} from '../testing/host.ts'

let host: TestHost
beforeAll(async () => {
  host = await startTestHost()
})
afterAll(() => host.close())
beforeEach(() => host.faults([]))

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${host.url}${path}`, { ...init, headers: { authorization: `token ${adminToken}`, ...init.headers } })
const callRepo = (path: string, init: RequestInit = {}) => call(`/api/v3/repos/platform/gitops${path}`, init)

describe('answers', () => {
  it('come below /api/v3 and, for short, without it', async () => {
    expect(await (await call('/api/v3/user')).json()).toMatchObject({ login: 'modelyard-bot' })
    expect(await (await call('/user')).json()).toMatchObject({ login: 'modelyard-bot' })
    expect((await host.admin.users.getByUsername({ username: 'MODELYARD-bot' })).data.login).toBe('modelyard-bot')
    expect((await host.admin.repos.get({ ...repo })).data.permissions).toMatchObject({ admin: true })
    expect((await host.client().repos.get({ ...repo })).data.permissions).toMatchObject({ push: false })
    expect((await host.admin.meta.get()).status).toBe(200)
  })

  it('carry an ETag, and nothing comes twice that has not changed', async () => {
    const first = await callRepo('/commits?per_page=1')
    const etag = first.headers.get('etag') ?? ''
    const used = Number(first.headers.get('x-ratelimit-used'))
    const second = await callRepo('/commits?per_page=1', { headers: { 'if-none-match': etag } })
    expect(second.status).toBe(304)
    expect(await second.text()).toBe('')
    await commitFiles(host.admin, 'main', { 'etag.yaml': 'a\n' }, 'main')
    const third = await callRepo('/commits?per_page=1', { headers: { 'if-none-match': etag } })
    expect(third.status).toBe(200)
    expect(Number(third.headers.get('x-ratelimit-used'))).toBeGreaterThan(used)
  })

  it('take little from whoever has not said who they are', async () => {
    const body = JSON.stringify({ body: 'x'.repeat(200_000) })
    const anonymously = (text: string) =>
      fetch(`${host.url}/repos/platform/gitops/hooks`, { method: 'POST', body: text })
    expect((await anonymously('{}')).status).toBe(401)
    expect((await anonymously(body)).status).toBe(413)
    expect((await callRepo('/hooks', { method: 'POST', body })).status).toBe(422)
  })

  it('tell the rate limit in headers and in /rate_limit', async () => {
    const { data, headers } = await host.admin.rateLimit.get()
    expect(data.rate.limit).toBe(60_000)
    expect(headers['x-ratelimit-remaining']).toBe(String(data.rate.remaining))
    expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000)
  })

  it('page through long lists with links that octokit follows', async () => {
    for (const name of ['p-1', 'p-2', 'p-3']) await commitFiles(host.admin, name, { [name]: '1' })
    const branches = await host.admin.paginate(host.admin.repos.listBranches, { ...repo, per_page: 2 })
    expect(branches.map((branch) => branch.name)).toEqual(expect.arrayContaining(['main', 'p-1', 'p-2', 'p-3']))
    const page = await callRepo('/branches?per_page=2&page=2')
    expect(page.headers.get('link')).toContain('rel="prev"')
    expect(page.headers.get('link')).toContain(`${host.url}/api/v3/repos/platform/gitops/branches?per_page=2&page=1`)
    expect((await callRepo('/branches?per_page=-5&page=x')).status).toBe(200)
  })

  it('follow a repository to its new name', async () => {
    await host.admin.repos.createInOrg({ org: 'platform', name: 'old-name' })
    await host.admin.repos.update({ owner: 'platform', repo: 'old-name', name: 'new-name' })
    const { data } = await host.admin.repos.get({ owner: 'platform', repo: 'old-name' })
    expect(data.full_name).toBe('platform/new-name')
    const { data: made } = await host.admin.repos.createOrUpdateFileContents({
      owner: 'platform',
      repo: 'old-name',
      path: 'a',
      message: 'a',
      content: base64('a'),
    })
    expect(made.commit.sha).toMatch(/^[0-9a-f]{40}$/)
    await host.admin.repos.delete({ owner: 'platform', repo: 'new-name' })
  })
})

describe('refusals', () => {
  it.each([
    ['a wrong token', '/api/v3/user', { headers: { authorization: 'token wrong' } }, 401, 'Bad credentials'],
    ['no token', '/api/v3/user', { headers: { authorization: '' } }, 401, 'Requires authentication'],
    ['an unknown repository', '/api/v3/repos/platform/none', {}, 404, 'Not Found'],
    ['an endpoint beyond the subset', '/api/v3/repos/platform/gitops/releases', {}, 501, 'does not implement'],
    ['broken JSON', '/api/v3/repos/platform/gitops/pulls', { method: 'POST', body: '{' }, 400, 'Problems parsing JSON'],
    [
      'JSON that is no object',
      '/api/v3/repos/platform/gitops/pulls',
      { method: 'POST', body: '1' },
      400,
      'JSON object',
    ],
    [
      'a missing field',
      '/api/v3/repos/platform/gitops/pulls',
      { method: 'POST', body: '{}' },
      422,
      'Validation Failed',
    ],
    ['a path that is no URL', '/api/v3/repos/platform/%E0%A4%A', {}, 404, 'Not Found'],
    ['a NUL', '/api/v3/repos/platform/gitops/contents/a%00b', {}, 404, 'Not Found'],
    ['a way out', '/api/v3/repos/platform/gitops/contents/%2e%2e%2fsecret', {}, 404, 'Not Found'],
    ['an option for a ref', '/api/v3/repos/platform/gitops/commits/--output=x', {}, 404, 'No commit found'],
    [
      'a branch called constructor',
      '/api/v3/repos/platform/gitops/branches/constructor/protection',
      {},
      404,
      'Branch not protected',
    ],
  ] as const)('of %s say why, as GitHub does', async (_what, path, init, status, message) => {
    const answer = await call(path, init)
    expect(answer.status).toBe(status)
    const body = await answer.json()
    expect(body.message).toContain(message)
    expect(body.documentation_url).toBeDefined()
  })

  it.each(['', '..', '../x', '.git/config', 'a//b', 'a/../b', 'x//y'])(
    'of the path %j leave nothing behind',
    async (path) => {
      const tree = [{ path, mode: '100644', type: 'blob', content: 'x' }]
      const answer = await callRepo('/git/trees', { method: 'POST', body: JSON.stringify({ tree }) })
      expect(answer.status).toBe(422)
    },
  )

  it.each([
    'refs/heads/a..b',
    'refs/heads/-x',
    'refs/heads/x.lock',
    'refs/heads/a b',
    'refs/pull/9/head',
    'HEAD',
    'refs/heads/@{1}',
  ])('of the ref %s', async (ref) => {
    const { data } = await host.admin.repos.getBranch({ ...repo, branch: 'main' })
    const body = JSON.stringify({ ref, sha: data.commit.sha })
    expect((await callRepo('/git/refs', { method: 'POST', body })).status).toBe(422)
  })

  it('of trees and commits that do not exist name the field', async () => {
    const sha = '1'.repeat(40)
    const post = (path: string, body: unknown) => callRepo(path, { method: 'POST', body: JSON.stringify(body) })
    const answers = [
      await post('/git/trees', { tree: [{ path: 'a', sha, mode: '100644', type: 'blob' }] }),
      await post('/git/trees', { base_tree: sha, tree: [{ path: 'a', content: '' }] }),
      await post('/git/commits', { message: 'x', tree: sha }),
      await post('/git/refs', { ref: 'refs/heads/new', sha }),
      await post(`/statuses/${sha}`, { state: 'success' }),
      await post('/hooks', { config: { url: 'javascript:alert(1)' } }),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([422, 422, 422, 422, 422, 422])
  })

  it.each([
    { name: 'A\nB' },
    { name: '<>' },
    { name: '' },
    { name: 'A\0' },
    { email: '>x<' },
    { date: '1960-01-01T00:00:00Z' },
    { date: 'yesterday' },
  ])('of an author git would not keep: %j', async (author) => {
    const { data: main } = await host.admin.repos.getBranch({ ...repo, branch: 'main' })
    const whole = { name: 'A', email: 'a@modelyard.example', ...author }
    const body = JSON.stringify({ message: 'x', tree: main.commit.commit.tree.sha, author: whole })
    expect((await callRepo('/git/commits', { method: 'POST', body })).status).toBe(422)
  })

  it('of a change over somebody else’s keep both', async () => {
    const write = (content: string, sha?: string) =>
      host.admin.repos.createOrUpdateFileContents({
        ...repo,
        path: 'shared.yaml',
        message: 'x',
        content: base64(content),
        sha,
      })
    const { data: first } = await write('1')
    await expect(write('2')).rejects.toMatchObject({ status: 422 })
    await write('2', first.content?.sha)
    await expect(write('3', first.content?.sha)).rejects.toMatchObject({ status: 409 })
    const { data } = await host.admin.repos.getContent({ ...repo, path: 'shared.yaml' })
    const sha = 'sha' in data && typeof data.sha === 'string' ? data.sha : ''
    await host.admin.repos.deleteFile({ ...repo, path: 'shared.yaml', message: 'gone', sha })
    await expect(host.admin.repos.getContent({ ...repo, path: 'shared.yaml' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('Git data', () => {
  it('reads what it wrote: blobs, trees, commits, refs, comparison', async () => {
    const sha = await commitFiles(host.admin, 'data', { 'deep/er/a.yaml': 'a: 1\n', 'é — ☃.txt': 'snow\n' })
    const { data: commit } = await host.admin.repos.getCommit({ ...repo, ref: 'data' })
    expect(commit).toMatchObject({ sha, stats: { additions: 2, deletions: 0, total: 2 } })
    const { data: compare } = await host.admin.repos.compareCommitsWithBasehead({ ...repo, basehead: 'main...data' })
    expect(compare).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0 })
    expect(compare.files?.map((file) => file.filename)).toEqual(['deep/er/a.yaml', 'é — ☃.txt'])
    const { data: folder } = await host.admin.repos.getContent({ ...repo, path: 'deep', ref: 'data' })
    expect(folder).toMatchObject([{ type: 'dir', path: 'deep/er' }])
    const { data: blob } = await host.admin.git.createBlob({ ...repo, content: base64('raw'), encoding: 'base64' })
    expect((await host.admin.git.getBlob({ ...repo, file_sha: blob.sha })).data.content).toBe(base64('raw'))
    const { data: refs } = await host.admin.git.listMatchingRefs({ ...repo, ref: 'heads/da' })
    expect(refs.map(({ ref }) => ref)).toEqual(['refs/heads/data'])
    expect((await host.admin.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: sha })).data).toEqual([])
  })

  it('is honest about submodules: listed, not followed', async () => {
    const { data: main } = await host.admin.repos.getBranch({ ...repo, branch: 'main' })
    const entry = { path: 'vendor', mode: '160000', type: 'commit', sha: '2'.repeat(40) } as const
    const { data: tree } = await host.admin.git.createTree({ ...repo, tree: [entry] })
    const wish = { ...repo, message: 'Submodule', tree: tree.sha, parents: [main.commit.sha] }
    const { data: commit } = await host.admin.git.createCommit(wish)
    expect((await callRepo(`/contents?ref=${commit.sha}`)).status).toBe(200)
    expect((await callRepo(`/contents/vendor?ref=${commit.sha}`)).status).toBe(501)
    expect((await call(`/platform/gitops/tree/${commit.sha}`)).status).toBe(200)
    expect((await call(`/platform/gitops/tree/${commit.sha}/vendor`)).status).toBe(404)
  })

  it('keeps the author and the moment that were asked for', async () => {
    const { data: main } = await host.admin.repos.getBranch({ ...repo, branch: 'main' })
    const author = { name: 'Zoë — ml', email: 'zoe@modelyard.example', date: '2099-12-31T23:59:59.999+02:00' }
    const wish = { ...repo, message: 'Späť\n\n$(id) `id`', tree: main.commit.commit.tree.sha, author }
    const { data } = await host.admin.git.createCommit({ ...wish, parents: [main.commit.sha] })
    expect(data.author).toEqual({ ...author, date: '2099-12-31T21:59:59Z' })
    expect(data.message).toBe(wish.message)
  })

  it('removes a file by a tree entry without SHA', async () => {
    await commitFiles(host.admin, 'removal', { 'a.yaml': 'a\n', 'b.yaml': 'b\n' })
    const { data: branch } = await host.admin.repos.getBranch({ ...repo, branch: 'removal' })
    const { data: tree } = await host.admin.git.createTree({
      ...repo,
      base_tree: branch.commit.commit.tree.sha,
      tree: [{ path: 'a.yaml', mode: '100644', type: 'blob', sha: null }],
    })
    expect(tree.tree.map((entry) => entry.path)).not.toContain('a.yaml')
    expect(tree.tree.map((entry) => entry.path)).toContain('b.yaml')
  })
})

describe('faults', () => {
  it('answer with a secondary rate limit, once, with the time to wait', async () => {
    await host.faults([{ kind: 'secondary-rate-limit', status: 429, retryAfterSeconds: 3, times: 1 }])
    const first = await callRepo('')
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await callRepo('')).status).toBe(200)
  })

  it('answer that the hour is used up, with its end', async () => {
    await host.faults([{ kind: 'rate-limit', resetInSeconds: 60, match: 'GET /api/v3/repos', times: 1 }])
    expect((await call('/api/v3/user')).status).toBe(200)
    const answer = await callRepo('')
    expect([answer.status, answer.headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
    expect(Number(answer.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 + 50)
  })

  it('fail, wait and drop connections', async () => {
    await host.faults([{ kind: 'status', status: 502, times: 1 }])
    expect((await callRepo('')).status).toBe(502)
    await host.faults([{ kind: 'delay', milliseconds: 60, times: 1 }])
    const started = performance.now()
    expect((await callRepo('')).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(50)
    await host.faults([{ kind: 'drop', times: 1 }])
    await expect(callRepo('')).rejects.toThrow()
  })

  it('lose the answer after the work was done', async () => {
    await commitFiles(host.admin, 'answered', { 'x.yaml': 'x\n' })
    await host.faults([{ kind: 'drop-answer', match: 'POST', times: 1 }])
    const wish = { ...repo, title: 'Answered', head: 'answered', base: 'main' }
    await expect(host.admin.pulls.create(wish)).rejects.toThrow()
    await expect
      .poll(async () => (await host.admin.pulls.list({ ...repo, head: 'platform:answered' })).data.length, patiently)
      .toBe(1)
  })

  it('are refused from anybody but the administrator, and when they make no sense', async () => {
    const { client } = await host.person('nobody')
    await expect(client.request('PUT /sandbox/faults', { data: [] })).rejects.toMatchObject({ status: 403 })
    await expect(host.faults([{ kind: 'earthquake' }])).rejects.toMatchObject({ status: 422 })
  })
})

describe('people', () => {
  it('come with a token, which can be taken away', async () => {
    const { client, token } = await host.person('leaver')
    expect((await client.users.getAuthenticated()).data.login).toBe('leaver')
    await openPull(client, 'leaver-change')
    await host.admin.request('DELETE /sandbox/users/{login}/tokens', { login: 'leaver' })
    await expect(clientFor(`${host.url}/api/v3`, token).users.getAuthenticated()).rejects.toMatchObject({ status: 401 })
  })

  it('are not made with a name that would mislead', async () => {
    for (const login of ['', '-x', 'a b', 'x'.repeat(40), 'modelyard[bot]', '../x', '__proto__']) {
      await expect(host.person(login)).rejects.toMatchObject({ status: 422 })
    }
  })
})

describe('a body', () => {
  it('that never ends is cut off at the limit', async () => {
    const status = await new Promise<number | string>((resolve) => {
      const headers = { authorization: `token ${adminToken}` }
      const outgoing = httpRequest(`${host.url}/api/v3/repos/platform/gitops/git/blobs`, { method: 'POST', headers })
      outgoing.on('response', (incoming) => resolve(incoming.statusCode ?? 0))
      outgoing.on('error', (error) => resolve(error.message))
      const chunk = Buffer.alloc(4_000_000, 32)
      const send = (left: number) => {
        if (left > 0 && !outgoing.destroyed) outgoing.write(chunk, () => send(left - 1))
      }
      send(12)
    })
    expect(status).toBe(413)
    expect((await callRepo('')).status).toBe(200)
  })
})
