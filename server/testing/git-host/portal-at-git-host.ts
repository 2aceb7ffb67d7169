/**
 * The portal's services against the sandbox's Git host, over the wire: a request is made here, things happen there.
 * The worker's hand is played by `look`. There is no cluster: a request that is merged waits for one.
 */
import { Octokit } from '@octokit/rest'
import { afterAll, beforeAll } from 'vitest'
import { z } from 'zod'
import { CommitSha, type RequestId } from '../../contracts/names.ts'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import type { RequestView } from '../../contracts/requests.ts'
import { IntegrationError } from '../../errors.ts'

import { testDatabase } from '../database.ts'
import { makePerson, makeTeam } from '../people.ts'
import { startPortal, type TestPortal } from '../portal.ts'
import { type SandboxPart, startSandboxPart } from '../sandbox.ts'

const token = 'token-of-the-portal'
export const webhookSecret = 'known-to-host-and-portal'
export const at = { owner: 'platform', repo: 'gitops' }
export const quota = { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' }

const silent = () => undefined

/** Until the test's end: its own database, Git host and people. Settings and flags may be added. */
export function usePortalAtGitHost(flags: Record<string, string> = {}, settings: Record<string, string> = {}) {
  const database = testDatabase()
  let world: World | undefined
  beforeAll(async () => {
    const sandbox = await startSandboxPart('git-host', {
      port: '0',
      'admin-token': token,
      seed: 'infra/sandbox/seed/gitops',
      ...flags,
    })
    const portal = await startPortal(database.url, {
      GIT_API_URL: String(sandbox.ready.apiUrl),
      GIT_WEB_URL: sandbox.ready.url,
      GIT_REPOSITORY: 'platform/gitops',
      GIT_TOKEN: token,
      GIT_WEBHOOK_SECRET: webhookSecret,
      ...settings,
    })
    world = await worldOf(sandbox, portal)
  }, 60_000)
  afterAll(async () => {
    await world?.portal.stop()
    await world?.sandbox.stop()
  })
  return () => {
    if (!world) throw new Error('The world is there from beforeAll on.')
    return world
  }
}

export type World = Awaited<ReturnType<typeof worldOf>>

async function worldOf(sandbox: SandboxPart, portal: TestPortal) {
  const { services } = portal
  const { db, requests, advance } = services
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const clientOf = (auth: string) => new Octokit({ baseUrl: String(sandbox.ready.apiUrl), auth, log })
  const host = clientOf(token)
  const team = await makeTeam(db, { cpu: 1_000_000, memory: 2 ** 42, storage: 2 ** 44 })
  const member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
  const maintainer = await makePerson(db, 'Maintainer', { teams: { [team]: 'maintainer' } })
  const reviewer = await makePerson(db, 'Reviewer', { platform: ['reviewer'] })
  let purposes = 0

  /** What the worker does; an outside system that is away is no failure of the test. */
  async function look(id: RequestId): Promise<RequestView> {
    await advance.advance(id).catch((error: unknown) => {
      if (!(error instanceof IntegrationError)) throw error
    })
    return requests.get(reviewer, id)
  }

  async function asked(more: object = {}): Promise<RequestView & { number: number; branch: string; folder: string }> {
    const purpose = `p${++purposes}`
    const draft = { kind: 'namespace.create', team, environment: 'dev', purpose, quota, reason: 'To try', ...more }
    const { id } = await requests.submit(member, RequestDraft.parse(draft))
    const request = await look(id)
    const row = await db.request.findUniqueOrThrow({ where: { id } })
    const folder = `teams/${team}/${row.environment}/namespaces/${row.namespace}`
    return { ...request, number: row.pullNumber ?? 0, branch: row.branch, folder }
  }

  /** What happens at the host: faults, people with tokens, pushes as anybody with write access makes them. */
  const there = {
    host,
    clientOf,
    faults: (faults: object[]) => host.request('PUT /sandbox/faults', { data: faults }),
    async person(login: string) {
      const theirs = `token-of-${login}`
      const { data } = await host.request('POST /sandbox/users', { login, token: theirs })
      return { id: z.object({ id: z.number() }).parse(data).id, login, client: clientOf(theirs) }
    },
    async read(path: string, ref: string): Promise<string> {
      const { data } = await host.rest.repos.getContent({ ...at, path, ref })
      return 'content' in data ? Buffer.from(data.content, 'base64').toString('utf8') : ''
    },
    async blob(content: string): Promise<string> {
      return (await host.rest.git.createBlob({ ...at, content })).data.sha
    },
    /** One commit on a branch; an entry without content and sha is removed. */
    async push(branch: string, entries: Entry[], { force = false, onto }: { force?: boolean; onto?: string } = {}) {
      const start = onto ?? (await host.rest.git.getRef({ ...at, ref: `heads/${branch}` })).data.object.sha
      const { data: parent } = await host.rest.git.getCommit({ ...at, commit_sha: start })
      const tree = entries.map(({ path, mode = '100644', type = 'blob', content, sha }) => ({
        path,
        mode,
        type,
        ...(content === undefined ? { sha: sha ?? null } : { content }),
      }))
      const { data: made } = await host.rest.git.createTree({ ...at, base_tree: parent.tree.sha, tree })
      const message = { message: 'By somebody else', tree: made.sha, parents: [start] }
      const { data: commit } = await host.rest.git.createCommit({ ...at, ...message })
      await host.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: commit.sha, force })
      return CommitSha.parse(commit.sha)
    },
  }
  return { sandbox, portal, services, db, requests, advance, team, member, maintainer, reviewer, asked, look, there }
}

type Entry = {
  path: string
  mode?: '100644' | '100755' | '040000' | '160000' | '120000'
  type?: 'blob' | 'tree' | 'commit'
  content?: string
  sha?: string
}
export type Asked = Awaited<ReturnType<World['asked']>>
