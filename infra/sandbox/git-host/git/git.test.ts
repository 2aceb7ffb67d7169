import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  adminToken,
  cloneUrl,
  git,
  openPull,
  repo,
  startTestHost,
  type TestHost,
  temporaryFolder,
} from '../testing/host.ts'

let host: TestHost
let folder: string
let work: string

beforeEach(async () => {
  host = await startTestHost()
  folder = await temporaryFolder()
  work = join(folder, 'work')
})
afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true })
})

const clone = async (token = adminToken) => git(folder, 'clone', '-q', cloneUrl(host.url, token), work)
const commit = async (file: string, content: string) => {
  await writeFile(join(work, file), content)
  await git(work, 'add', '-A')
  await git(work, 'commit', '-q', '-m', `Change ${file}`)
}
const protect = (enforce_admins: boolean) =>
  host.admin.repos.updateBranchProtection({
    ...repo,
    branch: 'main',
    required_status_checks: null,
    required_pull_request_reviews: null,
    enforce_admins,
    restrictions: null,
  })

describe('real git', () => {
  it('clones without a name where the repository is public, and fetches what is new', async () => {
    await git(folder, 'clone', '-q', `${host.url}/platform/gitops.git`, work)
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('# GitOps\n')
    await openPull(host.admin, 'change')
    await git(work, 'fetch', '-q', 'origin', 'change', 'refs/pull/1/head')
    expect((await git(work, 'log', '--oneline', 'FETCH_HEAD')).stdout).toContain('Change change')
  })

  it('pushes a branch, and its pull request follows at once, also through a force-push', async () => {
    await clone()
    await git(work, 'checkout', '-q', '-b', 'feature/a')
    await commit('a.yaml', 'a: 1\n')
    await git(work, 'push', '-q', 'origin', 'feature/a')
    await host.admin.pulls.create({ ...repo, title: 'A', head: 'feature/a', base: 'main' })
    await commit('b.yaml', 'b: 1\n')
    await git(work, 'push', '-q', 'origin', 'feature/a')
    const head = async () => (await host.admin.pulls.get({ ...repo, pull_number: 1 })).data.head.sha
    const local = async () => (await git(work, 'rev-parse', 'HEAD')).stdout.trim()
    expect(await head()).toBe(await local())
    await git(work, 'commit', '-q', '--amend', '-m', 'Another')
    await git(work, 'push', '-q', '--force', 'origin', 'feature/a')
    expect(await head()).toBe(await local())
    await git(work, 'push', '-q', 'origin', '--delete', 'feature/a')
    expect((await host.admin.pulls.get({ ...repo, pull_number: 1 })).data.state).toBe('closed')
  })

  it('merged by hand counts as merged', async () => {
    await openPull(host.admin, 'change')
    await clone()
    await git(work, 'merge', '-q', '--no-ff', '-m', 'By hand', 'origin/change')
    await git(work, 'push', '-q', 'origin', 'main')
    expect((await host.admin.pulls.get({ ...repo, pull_number: 1 })).data.merged).toBe(true)
  })

  it('is refused on a protected branch: update, force-push and delete', async () => {
    const { token } = await host.person('writer')
    await protect(false)
    await clone(token)
    await commit('a.yaml', 'a: 1\n')
    await expect(git(work, 'push', 'origin', 'main')).rejects.toMatchObject({
      stderr: expect.stringContaining('Changes must be made through a pull request'),
    })
    await git(work, 'commit', '-q', '--amend', '-m', 'Another')
    await expect(git(work, 'push', '--force', 'origin', 'main')).rejects.toThrow('GH006')
    await expect(git(work, 'push', '--delete', 'origin', 'main')).rejects.toThrow('GH006')
  })

  it('lets an administrator through unless the protection holds for administrators too', async () => {
    await protect(false)
    await clone()
    await commit('a.yaml', 'a: 1\n')
    await git(work, 'push', '-q', 'origin', 'main')
    await protect(true)
    await commit('b.yaml', 'a: 1\n')
    await expect(git(work, 'push', 'origin', 'main')).rejects.toThrow('GH006')
  })

  it('asks for a token, refuses a wrong one, and lets readers only read', async () => {
    const reader = await host.person('reader', 'read')
    await clone(reader.token)
    await commit('a.yaml', 'a: 1\n')
    await expect(git(work, 'push', 'origin', 'HEAD:refs/heads/x')).rejects.toThrow('403')
    await expect(git(work, 'push', `${host.url}/platform/gitops.git`, 'HEAD:refs/heads/x')).rejects.toThrow(
      'could not read Username',
    )
    await host.admin.repos.update({ ...repo, private: true })
    await expect(git(folder, 'ls-remote', cloneUrl(host.url, 'wrong'))).rejects.toThrow('Authentication failed')
    await expect(git(folder, 'ls-remote', `${host.url}/platform/gitops.git`)).rejects.toThrow('could not read Username')
    await expect(git(folder, 'ls-remote', cloneUrl(host.url, adminToken).replace('gitops', 'none'))).rejects.toThrow(
      'not found',
    )
  })

  it('carries symlinks and CRLF unchanged', async () => {
    await clone()
    await symlink('README.md', join(work, 'link'))
    await commit('crlf.yaml', 'a: 1\r\n')
    await git(work, 'push', '-q', 'origin', 'HEAD:refs/heads/odd')
    const read = async (path: string) => (await host.admin.repos.getContent({ ...repo, path, ref: 'odd' })).data
    expect(await read('crlf.yaml')).toMatchObject({ content: Buffer.from('a: 1\r\n').toString('base64') })
    expect(await read('link')).toMatchObject({ type: 'symlink', target: 'README.md' })
  })

  it('fetches 10,000 files that came in by one call', async () => {
    const { data: blob } = await host.admin.git.createBlob({ ...repo, content: 'n: 1\n' })
    const entry = (index: number) => ({ path: `${index}.yaml`, mode: '100644', type: 'blob', sha: blob.sha }) as const
    const { data: tree } = await host.admin.git.createTree({
      ...repo,
      tree: Array.from({ length: 10_000 }, (_, index) => entry(index)),
    })
    expect(tree.tree).toHaveLength(10_000)
    const parents = [(await host.admin.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha]
    const { data: many } = await host.admin.git.createCommit({ ...repo, message: 'Many', tree: tree.sha, parents })
    await host.admin.git.createRef({ ...repo, ref: 'refs/heads/many', sha: many.sha })
    const { data: pull } = await host.admin.pulls.create({ ...repo, title: 'Many', head: 'many', base: 'main' })
    expect(pull.changed_files).toBe(10_001)
    await git(folder, 'clone', '-q', '--no-checkout', `${host.url}/platform/gitops.git`, work)
    expect((await git(work, 'ls-tree', '--name-only', 'origin/many')).stdout.trim().split('\n')).toHaveLength(10_000)
  })

  it('cannot write what belongs to the host: refs of pull requests', async () => {
    await openPull(host.admin, 'change')
    await clone()
    await commit('a.yaml', 'a: 1\n')
    await expect(git(work, 'push', 'origin', 'HEAD:refs/pull/1/head')).rejects.toThrow('hidden ref')
  })
})
