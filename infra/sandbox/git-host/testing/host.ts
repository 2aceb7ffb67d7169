import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { type GitHostOptions, startGitHost } from '../git-host.ts'
import { problemInAnswer } from './github-schema.ts'

const run = promisify(execFile)
/** For conditions that a busy machine reaches late. */
export const patiently = { timeout: 15_000, interval: 30 }
export const adminToken = 'admin-token-for-tests'
export const repo = { owner: 'platform', repo: 'gitops' }

const Answer = z.object({ status: z.number(), response: z.object({ data: z.unknown() }) })
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Octokit as everybody uses it, but each answer is held against GitHub's own description of it. */
export function clientFor(apiUrl: string, token?: string) {
  const client = new Octokit({ baseUrl: apiUrl, auth: token, log: silent })
  const check = (method: string, template: string, status: number, body: unknown) => {
    const problem = problemInAnswer(method, template, status, body)
    if (problem) throw new Error(problem)
  }
  client.hook.after('request', (response, { method, url }) => check(method, url, response.status, response.data))
  client.hook.error('request', (error, { method, url }) => {
    const answer = Answer.safeParse(error).data
    if (answer) check(method, url, answer.status, answer.response.data)
    throw error
  })
  return client
}
export type Client = ReturnType<typeof clientFor>

/** A host of a test's own, with `platform/gitops` holding one commit on main. */
export async function startTestHost(options: Partial<GitHostOptions> = {}) {
  const state = await mkdtemp(join(tmpdir(), 'git-host-'))
  const settings = { state, adminToken, ...options }
  let server = await startGitHost(settings)
  const client = (token?: string) => clientFor(server.apiUrl, token)
  const admin = client(adminToken)
  if (!options.seed) {
    await admin.repos.createInOrg({ org: repo.owner, name: repo.repo })
    await admin.repos.createOrUpdateFileContents({
      ...repo,
      path: 'README.md',
      message: 'Begin',
      content: base64('# GitOps\n'),
    })
  }
  return {
    state,
    get url() {
      return server.url
    },
    app: server.app,
    get admin() {
      return client(adminToken)
    },
    client,
    async person(login: string, permission = 'write') {
      const { data } = await client(adminToken).request('POST /sandbox/users', { login, permission })
      const { token } = z.object({ token: z.string() }).parse(data)
      return { token, client: client(token) }
    },
    faults: (faults: unknown[]) => client(adminToken).request('PUT /sandbox/faults', { data: faults }),
    async restart() {
      await server.close()
      server = await startGitHost(settings)
    },
    async close() {
      await server.close()
      await rm(state, { recursive: true, force: true })
    },
  }
}
export type TestHost = Awaited<ReturnType<typeof startTestHost>>

export const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A branch with one commit that writes the given files, made as the portal makes it. */
export async function commitFiles(client: Client, branch: string, files: Record<string, string>, from = 'main') {
  const { data: start } = await client.git.getRef({ ...repo, ref: `heads/${from}` })
  const { data: parent } = await client.git.getCommit({ ...repo, commit_sha: start.object.sha })
  const { data: tree } = await client.git.createTree({
    ...repo,
    base_tree: parent.tree.sha,
    tree: Object.entries(files).map(([path, content]) => ({ path, content, mode: '100644', type: 'blob' })),
  })
  const { data: commit } = await client.git.createCommit({
    ...repo,
    message: `Change ${branch}`,
    tree: tree.sha,
    parents: [parent.sha],
  })
  if (from === branch) await client.git.updateRef({ ...repo, ref: `heads/${branch}`, sha: commit.sha })
  else await client.git.createRef({ ...repo, ref: `refs/heads/${branch}`, sha: commit.sha })
  return commit.sha
}

export async function openPull(
  client: Client,
  branch: string,
  files: Record<string, string> = { [`${branch}.yaml`]: 'a: 1\n' },
) {
  await commitFiles(client, branch, files)
  const { data } = await client.pulls.create({
    ...repo,
    title: `Add ${branch}`,
    head: branch,
    base: 'main',
    body: 'Why',
  })
  return data
}

/** Real git, with nothing of the machine's own configuration. */
export const git = (directory: string, ...args: string[]) =>
  run('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@modelyard.example', ...args], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
  })

export const cloneUrl = (url: string, token: string) =>
  `${url.replace('http://', `http://x:${token}@`)}/platform/gitops.git`

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'git-work-'))
