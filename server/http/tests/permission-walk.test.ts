/** Every endpoint × every role × own and other team, asked of the real API and held against the permission table. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Contract } from '../../contracts/contract.ts'
import { NewToken } from '../../contracts/tokens.ts'
import { createDatabase } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import { allows, canSee } from '../../permissions/permissions.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { newSlug, problemIn, startPortal, type TestPortal } from '../../testing/portal.ts'
import { reviewVerdict } from '../../testing/samples.ts'
import { catalogue } from '../catalogue.ts'
import { handlers } from '../handlers/all.ts'

type Place = { team: string; request: string }
type Example = (place: Place) => { path?: Record<string, string>; query?: string; body?: Record<string, unknown> }

const amounts = { cpu: '4', memory: '8Gi', gpu: 0, storage: '10Gi' }
const allowances = { dev: amounts, staging: amounts, prod: amounts }
const nobody = randomUUID()
const commit = 'a'.repeat(40)
const draft = ({ team }: Place) => ({
  kind: 'namespace.create',
  team,
  environment: 'dev',
  quota: { cpu: '1', memory: '1Gi' },
  reason: 'To try it out',
})
const ofTeam: Example = ({ team }) => ({ path: { team } })
const inDeployment: Example = ({ team }) => ({ path: { team, namespace: `${team}-dev`, model: 'iris' } })
const anUpload: Example = ({ team }) => ({ path: { team, model: 'iris', upload: nobody } })
const ofRequest =
  (body?: Record<string, unknown>): Example =>
  ({ request }) => ({ path: { id: request }, ...(body ? { body } : {}) })

/** A valid input for each endpoint, one that does no harm when it is allowed. An endpoint without one fails. */
const examples: Record<string, Example> = {
  getMe: () => ({}),
  signOutEverywhere: () => ({ body: {} }),
  setAccess: () => ({ path: { user: nobody }, body: { enabled: true, reason: 'Back from leave' } }),
  findPeople: () => ({ query: '?q=somebody' }),
  listTeams: () => ({}),
  createTeam: () => ({ body: { slug: newSlug(), name: 'A team', costCentre: 'CC-9', onCall: '#on-call', allowances } }),
  getTeam: ofTeam,
  updateTeam: ({ team }) => ({ path: { team }, body: { name: 'Another name' } }),
  setAllowances: ({ team }) => ({ path: { team }, body: { allowances } }),
  archiveTeam: ({ team }) => ({ path: { team }, body: {} }),
  getAllowanceUse: ofTeam,
  listMembers: ofTeam,
  setMember: ({ team }) => ({ path: { team, user: nobody }, body: { role: 'viewer' } }),
  removeMember: ({ team }) => ({ path: { team, user: nobody } }),
  listTokens: () => ({}),
  createToken: () => ({ body: { name: 'A token', scopes: ['read'] } }),
  revokeToken: () => ({ path: { id: nobody } }),
  revokeAllTokens: () => ({ body: {} }),
  listTeamTokens: ofTeam,
  createTeamToken: ({ team }) => ({ path: { team }, body: { name: 'A token', scopes: ['read'] } }),
  revokeAllTeamTokens: ({ team }) => ({ path: { team }, body: {} }),
  revokeTeamToken: ({ team }) => ({ path: { team, id: nobody } }),
  getGitAccount: () => ({}),
  startGitLink: () => ({ body: {} }),
  finishGitLink: () => ({ body: { code: 'a code', state: 'not.ours' } }),
  unlinkGitAccount: () => ({}),
  submitRequest: (place) => ({ body: draft(place) }),
  previewRequest: (place) => ({ body: draft(place) }),
  listRequests: ({ team }) => ({ query: `?team=${team}` }),
  getRequest: ofRequest(),
  getRequestDiff: ofRequest(),
  approveRequest: ofRequest({ sha: commit }),
  requestChanges: ofRequest({ sha: commit, comment: 'Less of it' }),
  rejectRequest: ofRequest({ comment: 'Not this way' }),
  cancelRequest: ofRequest({}),
  retryRequest: ofRequest({}),
  getPolicy: () => ({}),
  listNamespaces: ofTeam,
  getNamespace: ({ team }) => ({ path: { team, namespace: `${team}-dev` } }),
  getPodLog: ({ team }) => ({ path: { team, namespace: `${team}-keep-dev`, pod: 'a-pod' } }),
  listModels: ofTeam,
  createModel: ({ team }) => ({ path: { team }, body: { name: `m${randomUUID().slice(0, 8)}` } }),
  getModel: ({ team }) => ({ path: { team, model: 'iris' } }),
  uploadVersion: ({ team }) => ({ path: { team, model: 'iris' } }),
  downloadVersion: ({ team }) => ({ path: { team, model: 'iris', version: '1' } }),
  getVersionAddress: ({ team }) => ({ path: { team, model: 'iris', version: '1' } }),
  beginUpload: ({ team }) => ({ path: { team, model: 'iris' }, body: { fileName: 'model.onnx', sizeBytes: 10 } }),
  listUploads: ({ team }) => ({ path: { team, model: 'iris' } }),
  getUpload: anUpload,
  putPart: ({ team }) => ({ path: { team, model: 'iris', upload: nobody, part: '1' } }),
  completeUpload: anUpload,
  stopUpload: anUpload,
  listDeployments: ofTeam,
  getDeployment: inDeployment,
  getApplication: ({ team }) => ({ path: { team, application: `${team}-dev` } }),
  refreshApplication: ({ team }) => ({ path: { team, application: `${team}-dev` }, body: {} }),
  syncApplication: ({ team }) => ({ path: { team, application: `${team}-dev` }, body: {} }),
  getSignature: inDeployment,
  predict: (place) => ({
    ...inDeployment(place),
    body: { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] },
  }),
  getDeploymentMetrics: inDeployment,
  getTeamMetrics: ofTeam,
  listAlerts: ofTeam,
  listSilences: ofTeam,
  createSilence: ({ team }) => ({ path: { team }, body: { fingerprint: 'abc', minutes: 60, reason: 'Known' } }),
  expireSilence: ({ team }) => ({ path: { team, id: nobody } }),
  listAudit: ({ team }) => ({ query: `?team=${team}` }),
  exportAudit: ({ team }) => ({ query: `?team=${team}` }),
  followChanges: () => ({}),
  listIntegrations: () => ({}),
}

/** What a service adds to the table: it may only ever close. */
const narrower: Record<string, string> = { cancelRequest: 'Only the requester can withdraw a request.' }

/** These ask about the team of what they name, or of nothing. */
const aboutTeam = (contract: Contract, example: ReturnType<Example>) =>
  contract.path.includes('{team}') ||
  contract.path.includes('/requests/{id}') ||
  example.query?.includes('team=') ||
  example.body?.team !== undefined

describe('every endpoint', () => {
  const database = testDatabase()
  let portal: TestPortal
  let own: Place
  let other: Place
  let people: Actor[]

  beforeAll(async () => {
    portal = await startPortal(database.url)
    const db = createDatabase(database.url, { connections: 1 })
    const place = async (): Promise<Place> => {
      const team = await makeTeam(db)
      const requester = await makePerson(db, 'Requester', { teams: { [team]: 'member' } })
      const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug: team } })
      await db.namespaceClaim.create({
        data: {
          name: `${team}-keep-dev`,
          teamSlug: team,
          environment: 'dev',
          cpu: 1,
          memory: 1,
          gpu: 0,
          storage: 0,
          state: 'active',
        },
      })
      const { id } = await db.request.create({
        data: {
          kind: 'namespace.create',
          title: 'A namespace',
          teamId,
          environment: 'dev',
          namespace: `${team}-dev`,
          state: 'done',
          draft: draft({ team, request: '' }),
          verdict: reviewVerdict,
          desired: { kind: 'namespace', quota: { cpu: 1000, memory: 2 ** 30, gpu: 0, storage: 0 } },
          reason: 'To try it out',
          requesterId: requester.userId,
          branch: `request/${randomUUID()}`,
        },
      })
      return { team, request: id }
    }
    own = await place()
    other = await place()
    people = [
      await makePerson(db, 'Admin', { platform: ['admin'] }),
      await makePerson(db, 'Reviewer', { platform: ['reviewer'] }),
      await makePerson(db, 'Auditor', { platform: ['auditor'] }),
      await makePerson(db, 'Maintainer', { teams: { [own.team]: 'maintainer' } }),
      await makePerson(db, 'Member', { teams: { [own.team]: 'member' } }),
      await makePerson(db, 'Viewer', { teams: { [own.team]: 'viewer' } }),
      await makePerson(db, 'Outsider'),
    ]
    await db.$disconnect()
  }, 60_000)
  afterAll(() => portal.stop())

  const walk = catalogue.map(({ name, contract }) => ({ name, contract, title: `${contract.method} ${contract.path}` }))

  it('has a handler, an example here and a route file', () => {
    const routeOf = (contract: Contract) => `app${contract.path.replaceAll(/\{(\w+)\}/g, '[$1]')}/route.ts`
    const root = join(import.meta.dirname, '../../..')
    expect(walk.filter(({ name }) => !examples[name]).map(({ title }) => title)).toEqual([])
    expect(walk.filter(({ contract }) => !handlers.some((each) => each.contract === contract))).toEqual([])
    expect(walk.map(({ contract }) => routeOf(contract)).filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  async function ask(contract: Contract, example: ReturnType<Example>, who: Actor | string | null) {
    const values = example.path ?? {}
    const path = contract.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    const leaving = new AbortController()
    const response = await portal.open(who, contract.method, `${path}${example.query ?? ''}`, {
      ...(contract.upload ? { raw: 'not a model', headers: { 'content-type': 'application/octet-stream' } } : {}),
      ...(example.body && !contract.upload ? { body: example.body } : {}),
      ...(contract.versioned && contract.method !== 'GET' ? { headers: { 'if-match': '"1"' } } : {}),
      signal: leaving.signal,
    })
    const streams = response.headers.get('content-type') === 'text/event-stream'
    if (streams) leaving.abort()
    const text = streams ? '' : await response.text()
    const isProblem = response.headers.get('content-type') === 'application/problem+json'
    return {
      status: response.status,
      problem: isProblem ? problemIn({ ...response, text, body: JSON.parse(text) }) : undefined,
    }
  }

  for (const { name, contract, title } of walk) {
    it(`is opened by the table alone: ${title}`, async () => {
      const example = examples[name]
      if (!example) throw new Error(`${name} has no example`)
      const faults: string[] = []
      for (const place of [own, other]) {
        for (const person of people) {
          const input = example(place)
          const team = aboutTeam(contract, input) ? place.team : undefined
          const wanted = allows(person, contract.action, team).allowed
          const { status, problem } = await ask(contract, input, person)
          const code = problem?.code
          const hidden = code === 'not_found' && (problem?.detail.startsWith('Team ') || !canSee(person, place.team))
          const narrowed = problem?.detail === narrower[name]
          const refused = status === 401 || (code === 'forbidden' && !narrowed) || (hidden && team !== undefined)
          const where = team === undefined ? '' : place === own ? ' in the own team' : ' in another team'
          const fact = `${person.name}${where}: ${status} ${code ?? ''} ${problem?.detail ?? ''}`
          if (wanted === refused || code === 'internal' || code === 'invalid_input') faults.push(fact)
          if (refused && team !== undefined && !canSee(person, team) && code !== 'not_found')
            faults.push(`leaks: ${fact}`)
        }
      }
      expect(faults).toEqual([])
    })
  }

  it('refuses everybody who is not signed in', async () => {
    for (const { name, contract, title } of walk) {
      const { status } = await ask(contract, examples[name]?.(own) ?? {}, null)
      expect([title, status]).toEqual([title, 401])
    }
  })

  it('lets a read-only token change nothing, and a revoked one do nothing at all', async () => {
    const maintainer = people.find((each) => each.name === 'Maintainer')
    if (!maintainer) throw new Error('There is a maintainer')
    const make = async () => {
      const { body } = await portal.ask(maintainer, 'POST', '/api/v1/me/tokens', {
        body: { name: 'CI', scopes: ['read'] },
      })
      return NewToken.parse(body)
    }
    const [reading, revoked] = [await make(), await make()]
    await portal.ask(maintainer, 'DELETE', `/api/v1/me/tokens/${revoked.id}`)
    for (const { name, contract, title } of walk) {
      const example = examples[name]?.(own) ?? {}
      const { status, problem } = await ask(contract, example, reading.secret)
      const mayRead = allows({ ...maintainer, kind: 'token', scopes: ['read'] }, contract.action, own.team).allowed
      expect([title, problem?.code === 'forbidden']).toEqual([title, !mayRead])
      expect([title, status === 401]).toEqual([title, false])
      expect([title, (await ask(contract, example, revoked.secret)).status]).toEqual([title, 401])
    }
  })
})
