/** With everything outside the database away, every page still shows what is known, and says how old it is and why. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createDatabase } from '../database/database.ts'
import type { Actor } from '../permissions/actor.ts'
import { testDatabase } from '../testing/database.ts'
import { makePerson, makeTeam } from '../testing/people.ts'
import { problemIn, startPortal, type TestPortal } from '../testing/portal.ts'
import { settledApplication } from '../testing/samples.ts'

// Nothing listens on the port of the discard protocol.
const nowhere = 'http://127.0.0.1:9'
const digest = `sha256:${'0'.repeat(64)}`
const kubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'here',
  clusters: [{ name: 'here', cluster: { server: nowhere, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'us', user: { token: 'a' } }],
  contexts: [{ name: 'here', context: { cluster: 'here', user: 'us' } }],
}
const Integrations = z.object({
  integrations: z.array(
    z.looseObject({
      name: z.string(),
      state: z.string(),
      checkedAt: z.string().nullable(),
      lastError: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
})
const hour = 3600_000
const lastHeard = new Date(Date.now() - hour)

describe('while the cluster, Argo CD, the Git host, the store, the runtime and Prometheus are away', () => {
  const database = testDatabase()
  let folder: string
  let portal: TestPortal
  let member: Actor
  let team: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelyard-outages-'))
    const file = join(folder, 'kubeconfig')
    await writeFile(file, JSON.stringify(kubeconfig))
    portal = await startPortal(database.url, {
      KUBECONFIG: file,
      GIT_API_URL: nowhere,
      GIT_REPOSITORY: 'platform/gitops',
      GIT_TOKEN: 'a',
      OBJECT_STORE_URL: `file://${join(folder, 'gone')}`,
      RUNTIME_URL: nowhere,
      PROMETHEUS_URL: nowhere,
      ALERTMANAGER_URL: nowhere,
    })
    const db = createDatabase(database.url, { connections: 1 })
    team = await makeTeam(db)
    member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
    const namespace = `${team}-dev`
    const amounts = { cpu: 2000, memory: 2 ** 32, gpu: 0, storage: 0 }
    await db.namespaceClaim.create({
      data: { name: namespace, teamSlug: team, environment: 'dev', ...amounts, state: 'active' },
    })
    const seen = (kind: string, at: string, name: string, data: object) =>
      db.observation.create({
        data: { cluster: 'here', kind, namespace: at, name, team, data, observedAt: lastHeard },
      })
    await seen('namespace', '', namespace, { phase: 'Active', environment: 'dev', terminating: false })
    await seen('quota', namespace, 'team-quota', { hard: { 'requests.cpu': '2' }, used: { 'requests.cpu': '1' } })
    await seen('application', '', namespace, settledApplication(`teams/${team}/dev/namespaces/${namespace}`))
    await seen('application', '', `${namespace}.iris`, settledApplication(`teams/${team}/dev/models/${namespace}/iris`))
    await seen('model', namespace, 'iris', {
      environment: 'dev',
      request: null,
      generation: 1,
      spec: { tenant: team, versions: [{ version: '1', modelRef: { digest }, weight: 100, shadow: false }] },
      observedGeneration: 1,
      url: 'http://runtime/v2/models/iris',
      message: null,
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Loaded', message: '', lastTransitionTime: lastHeard.toISOString() },
      ],
      replicas: [],
      deleting: false,
    })
    for (const kind of ['namespace', 'quota', 'model', 'application']) {
      const row = { name: `watch:here:${kind}`, lastSuccess: lastHeard, lastError: 'The cluster here does not answer.' }
      await db.integrationStatus.create({ data: row })
    }
    const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug: team } })
    await db.model.create({ data: { teamId, name: 'iris' } })
    await db.$disconnect()
  })
  afterAll(async () => {
    await portal?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const get = (path: string) => portal.ask(member, 'GET', path.replaceAll('{team}', team))
  const Fresh = z.looseObject({ freshness: z.object({ observedAt: z.string().nullable(), problem: z.string() }) })

  it.each([
    ['namespaces', '/api/v1/teams/{team}/namespaces'],
    ['deployments', '/api/v1/teams/{team}/deployments'],
  ])('the list of %s is there, with its age and the reason', async (_what, path) => {
    const answer = await get(path)
    const [first] = z.object({ items: z.array(Fresh) }).parse(answer.body).items
    expect(first?.freshness).toEqual({
      observedAt: lastHeard.toISOString(),
      problem: 'The cluster here does not answer.',
    })
  })

  it.each([
    ['a namespace', '/api/v1/teams/{team}/namespaces/{team}-dev'],
    ['a deployment', '/api/v1/teams/{team}/deployments/{team}-dev/iris'],
  ])('%s is there, with what Argo CD said last', async (_what, path) => {
    const { body, status } = await get(path)
    expect(status).toBe(200)
    expect(Fresh.parse(body).freshness.observedAt).toBe(lastHeard.toISOString())
    const { application } = z.object({ application: Fresh }).parse(body)
    expect(application).toMatchObject({
      sync: 'Synced',
      freshness: { observedAt: lastHeard.toISOString(), problem: 'The cluster here does not answer.' },
    })
  })

  it('a namespace says why its events are not there', async () => {
    expect((await get('/api/v1/teams/{team}/namespaces/{team}-dev')).body).toMatchObject({
      events: [],
      eventsProblem: expect.stringContaining('The cluster here does not answer'),
    })
  })

  it.each([
    ['the team', '/api/v1/teams/{team}'],
    ['members', '/api/v1/teams/{team}/members'],
    ['what is left of the allowance', '/api/v1/teams/{team}/allowance-use'],
    ['requests', '/api/v1/requests?team={team}'],
    ['models', '/api/v1/teams/{team}/models'],
    ['a model', '/api/v1/teams/{team}/models/iris'],
    ['an Application', '/api/v1/teams/{team}/applications/{team}-dev'],
    ['metrics of the team', '/api/v1/teams/{team}/metrics'],
    ['metrics of a deployment', '/api/v1/teams/{team}/deployments/{team}-dev/iris/metrics'],
    ['alerts', '/api/v1/teams/{team}/alerts'],
    ['silences', '/api/v1/teams/{team}/silences'],
    ['the audit log', '/api/v1/audit?team={team}'],
    ['integrations', '/api/v1/integrations'],
    ['oneself', '/api/v1/me'],
  ])('%s can be read', async (_what, path) => {
    expect((await get(path)).status).toBe(200)
  })

  it.each([
    [
      'the signature of a running model',
      'GET',
      '/api/v1/teams/{team}/deployments/{team}-dev/iris/signature',
      undefined,
    ],
    ['looking again', 'POST', '/api/v1/teams/{team}/applications/{team}-dev/refresh', {}],
    [
      'a prediction',
      'POST',
      '/api/v1/teams/{team}/deployments/{team}-dev/iris/predict',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] },
    ],
  ])('%s says what does not answer and what to do', async (_what, method, path, body) => {
    const answer = await portal.ask(member, method, path.replaceAll('{team}', team), body ? { body } : {})
    expect(answer.status).toBe(503)
    expect(problemIn(answer)).toMatchObject({
      code: 'integration_unavailable',
      detail: expect.stringContaining('does not answer'),
      remedy: expect.stringMatching(/\w/),
    })
  })

  it('the worker’s round says of each that it does not answer, and the page shows it', async () => {
    await portal.services.integrations.looking.round()
    const integrations = await vi.waitFor(
      async () => {
        const read = Integrations.parse((await get('/api/v1/integrations')).body).integrations
        if (read.every((each) => each.checkedAt === null)) throw new Error('An answer from before is shared')
        return read
      },
      { timeout: 5000, interval: 200 },
    )
    const down = integrations.filter((each) => each.state === 'down')
    expect(down.map((each) => each.name)).toEqual(
      expect.arrayContaining(['alertmanager', 'cluster:here', 'git', 'gitops', 'identity', 'prometheus', 'runtime']),
    )
    for (const each of down) {
      expect(each.lastError, each.name).toMatch(/\w/)
      expect(each.remedy, each.name).toMatch(/\w/)
      expect(each.remedy, each.name).not.toContain('integrations page')
    }
    expect(integrations.find((each) => each.name === 'database')?.state).toBe('ok')
  })
})
