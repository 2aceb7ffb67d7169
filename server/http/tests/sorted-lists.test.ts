import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createDatabase, type Database } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { startPortal, type TestPortal } from '../../testing/portal.ts'
import { reviewVerdict } from '../../testing/samples.ts'
import { catalogue } from '../catalogue.ts'

const Page = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() })

/** Every list that can be sorted, with the orders it has, as the contracts say. */
const lists = catalogue.flatMap(({ name, contract }) => {
  if (!(contract.input instanceof z.ZodObject) || !('sort' in contract.input.shape)) return []
  const { properties } = z
    .object({ properties: z.object({ sort: z.object({ enum: z.array(z.string()) }) }) })
    .parse(z.toJSONSchema(contract.input, { io: 'input', unrepresentable: 'any' }))
  return properties.sort.enum.map((sort) => ({ name, path: contract.path, sort }))
})

describe('every list in every order', () => {
  const database = testDatabase()
  let portal: TestPortal
  let admin: Actor
  let team: string
  beforeAll(async () => {
    portal = await startPortal(database.url)
    const db = createDatabase(database.url, { connections: 1 })
    admin = await makePerson(db, 'Admin', { platform: ['admin'] })
    team = await makeTeam(db)
    await fill(db, team, admin)
    await db.$disconnect()
  }, 60_000)
  afterAll(() => portal.stop())

  async function read(path: string, query: string) {
    const answer = await portal.ask(admin, 'GET', `${path.replace('{team}', team)}?${query}`)
    expect(answer.status, answer.text).toBe(200)
    return Page.parse(answer.body)
  }

  it('is there', () => {
    expect(new Set(lists.map(({ name }) => name))).toEqual(
      new Set([
        ...['listRequests', 'listModels', 'listNamespaces', 'listDeployments', 'listAudit'],
        ...['listTeams', 'listMembers', 'listTokens', 'listTeamTokens'],
      ]),
    )
  })

  it.each(lists)('shows each thing of $name once by $sort, page after page', async ({ path, sort }) => {
    const { items: whole } = await read(path, `limit=200&sort=${sort}`)
    expect(whole.length).toBeGreaterThanOrEqual(5)
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: z.output<typeof Page> = await read(path, `limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.items)
      cursor = page.nextCursor
    }
    expect(seen).toEqual(whole)
  })

  it('refuses an order that a list does not have', async () => {
    const answer = await portal.ask(admin, 'GET', '/api/v1/requests?sort=draft')
    expect(answer).toMatchObject({ status: 422, body: { fields: [{ field: 'sort' }] } })
  })
})

/** Five of everything, most of them equal by most keys. */
async function fill(db: Database, slug: string, admin: Actor): Promise<void> {
  const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug } })
  const at = new Date('2026-01-01T00:00:00Z')
  for (const number of [0, 1, 2, 3, 4]) {
    await makeTeam(db)
    const same = ['Same', 'Other'][number % 2] ?? ''
    const member = await makePerson(db, same, { teams: { [slug]: number === 0 ? 'maintainer' : 'member' } })
    const lastUsedAt = number % 3 === 0 ? null : at
    const token = { name: same, prefix: 'p', scopes: ['read'], expiresAt: at, createdAt: at, lastUsedAt }
    await db.apiToken.create({ data: { ...token, hash: randomUUID(), userId: member.userId, teamId } })
    await db.apiToken.create({ data: { ...token, hash: randomUUID(), userId: admin.userId ?? '' } })
    await db.model.create({ data: { teamId, name: `model-${number}`, updatedAt: at } })
    const place = { teamSlug: slug, environment: number % 2 === 0 ? 'dev' : 'prod' }
    const amounts = { cpu: 1, memory: 1, gpu: 0, storage: 1 }
    const name = `${slug}-p${number}-${place.environment}`
    await db.namespaceClaim.create({ data: { name, ...place, ...amounts, state: 'active' } })
    await db.observation.create({
      data: { cluster: 'test', kind: 'model', namespace: name, name: 'churn', team: slug, data: serving },
    })
    await addRequest(db, { teamId, team: slug, namespace: name, requesterId: member.userId, at })
    await db.auditEntry.create({
      data: {
        sequence: BigInt(number + 1),
        at,
        actorKind: 'system',
        actorName: same,
        action: 'thing.change',
        objectKind: 'thing',
        objectId: 'x',
        objectName: 'x',
        previous: '',
        hash: '',
      },
    })
  }
}

const serving = {
  environment: 'dev',
  request: null,
  generation: 1,
  spec: null,
  observedGeneration: null,
  url: null,
  message: null,
  conditions: [],
  replicas: [],
  deleting: false,
}

type Place = { teamId: string; team: string; namespace: string; requesterId: string; at: Date }

async function addRequest(db: Database, { teamId, team, namespace, requesterId, at }: Place): Promise<void> {
  const quota = { cpu: '1', memory: '1Gi', gpu: 0, storage: '0Gi' }
  await db.request.create({
    data: {
      kind: 'namespace.create',
      title: 'A namespace',
      teamId,
      environment: 'dev',
      namespace,
      state: 'done',
      draft: { kind: 'namespace.create', team, environment: 'dev', quota, reason: 'To try it' },
      verdict: reviewVerdict,
      reason: 'To try it',
      requesterId,
      branch: randomUUID(),
      createdAt: at,
      updatedAt: at,
    },
  })
}
