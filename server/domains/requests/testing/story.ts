/**
 * A request's whole story on a real database, with a Git host and a cluster in memory. The worker's hand is played by
 * `advance`: the queue is not what these tests are about.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach } from 'vitest'
import { parse } from 'yaml'
import { CommitSha } from '../../../contracts/names.ts'
import { RequestDraft, type RequestDraftInput } from '../../../contracts/requests/drafts.ts'
import { createDatabase, type Database } from '../../../database/database.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { systemClock } from '../../../ports/clock.ts'
import { kinds } from '../../../ports/cluster.ts'
import type { HostAccount } from '../../../ports/git-host.ts'
import { testDatabase } from '../../../testing/database.ts'
import { createFakeCluster, fakeClusters } from '../../../testing/fakes/fake-cluster.ts'
import { createFakeGitOps } from '../../../testing/fakes/fake-gitops.ts'
import { createFakeGitHost } from '../../../testing/git-host/fake-git-host.ts'
import { KubernetesObjectSchema } from '../../../testing/objects.ts'
import { makePerson, makeTeam } from '../../../testing/people.ts'
import { createStandings } from '../../people/standing.ts'
import { createPolicy } from '../../policy/policy.ts'
import { createAdvance, createRequests } from '../requests.ts'

const root = join(import.meta.dirname, '../../../..')
const policyYaml = readFileSync(join(root, 'infra/sandbox/seed/gitops/platform/policy.yaml'), 'utf8')

export type Story = Awaited<ReturnType<typeof makeStory>>

export const headOf = (request: { pullRequest: { headSha: CommitSha | null } | null }) =>
  CommitSha.parse(request.pullRequest?.headSha)

/** A database for the calling file, and a new story with people of its own for each test. */
export function useStory(): () => Story {
  const database = testDatabase()
  let db: Database | undefined
  let story: Story | undefined
  beforeAll(() => {
    const opened = createDatabase(database.url)
    db = opened
    return () => opened.$disconnect()
  })
  beforeEach(async () => {
    story = db && (await makeStory(db))
  })
  return () => {
    if (!story) throw new Error('The story begins with the first test.')
    return story
  }
}

async function makeStory(db: Database) {
  const git = createFakeGitHost({ 'platform/policy.yaml': policyYaml })
  const cluster = createFakeCluster()
  const gitops = createFakeGitOps()
  const policy = createPolicy({ git, clock: systemClock })
  const nothing = async () => undefined
  const requests = createRequests({ db, policy, git, jobs: { advance: nothing, closeChange: nothing } })
  const advance = createAdvance({
    db,
    git,
    clusters: fakeClusters(cluster),
    gitops,
    // Another process than the one that is asked: it may not have read any policy yet.
    policy: createPolicy({ git, clock: systemClock }),
    // Nothing is remembered: a role that was taken away is felt at once.
    standings: { of: (id) => createStandings(db, systemClock).of(id), forget: () => undefined },
    portalUrl: 'https://portal.example',
    repositoryUrl: 'https://git.example/platform/gitops.git',
  })
  /** Whom an account on the Git host belongs to, from now on. */
  async function link(person: { userId: string }, account: HostAccount): Promise<void> {
    await db.gitAccount.create({
      data: { userId: person.userId, hostId: account.id, login: account.login, source: 'oauth' },
    })
  }
  async function unlink(account: HostAccount): Promise<void> {
    await db.gitAccount.updateMany({
      where: { hostId: account.id, unlinkedAt: null },
      data: { unlinkedAt: new Date() },
    })
  }
  const team = await makeTeam(db)
  const member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
  const maintainer = await makePerson(db, 'Maintainer', { teams: { [team]: 'maintainer' } })
  const reviewer = await makePerson(db, 'Reviewer', { platform: ['reviewer'] })

  const draft = (more: object = {}): RequestDraft =>
    RequestDraft.parse({
      kind: 'namespace.create',
      team,
      environment: 'dev',
      quota: { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' },
      reason: 'To try things',
      ...more,
    } satisfies Partial<RequestDraftInput> & object)

  async function submitted(more: object = {}, actor: Actor = member) {
    const { id } = await requests.submit(actor, draft(more))
    await advance.advance(id)
    return requests.get(actor, id)
  }

  /** What Argo CD and the cluster's controllers do with the default branch. */
  async function applyToCluster(namespace: string) {
    const folder = `teams/${team}/dev/namespaces/${namespace}`
    const files = (await git.readTree(folder)).map((entry) => entry.path)
    if (files.length === 0) cluster.remove(kinds.namespace, namespace)
    for (const path of files) {
      const file = await git.readFile(path)
      const object = KubernetesObjectSchema.parse(parse(file?.content ?? ''))
      cluster.put(object.kind === 'ResourceQuota' ? { ...object, status: object.spec } : object)
    }
  }

  async function finishedNamespace() {
    const request = await submitted()
    await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(request.id)
    return request
  }

  /** Another quota for the team's namespace. */
  const resizing = (quota: { cpu: string; memory: string }) =>
    RequestDraft.parse({
      kind: 'namespace.change',
      team,
      namespace: `${team}-dev`,
      quota: { ...quota, gpu: 0, storage: '10Gi' },
      reason: 'We need less',
    })

  return {
    db,
    git,
    cluster,
    gitops,
    requests,
    advance,
    team,
    member,
    maintainer,
    reviewer,
    draft,
    resizing,
    submitted,
    applyToCluster,
    finishedNamespace,
    link,
    unlink,
  }
}
