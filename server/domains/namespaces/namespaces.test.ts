import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import { systemClock } from '../../ports/clock.ts'
import { testDatabase } from '../../testing/database.ts'
import { createFakeCluster, fakeClusters } from '../../testing/fakes/fake-cluster.ts'
import { createFakeGitHost } from '../../testing/git-host/fake-git-host.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { createPolicy } from '../policy/policy.ts'
import { createNamespaces } from './namespaces.ts'

describe('the namespaces of a team', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 2 })
  })
  afterAll(() => db.$disconnect())

  it('are there within seconds though the Git host, which knows what they cost, answers nobody', async () => {
    const team = await makeTeam(db)
    const viewer = await makePerson(db, 'Viewer', { teams: { [team]: 'viewer' } })
    const amounts = { cpu: 2000, memory: 2 ** 32, gpu: 0, storage: 0 }
    const claim = { name: `${team}-dev`, teamSlug: team, environment: 'dev', state: 'active' }
    await db.namespaceClaim.create({ data: { ...claim, ...amounts } })
    const silent = { ...createFakeGitHost(), readFile: () => new Promise<never>(() => undefined) }
    const policy = createPolicy({ git: silent, clock: systemClock })
    const namespaces = createNamespaces({ db, clusters: fakeClusters(createFakeCluster()), policy })
    const { items } = await namespaces.list(viewer, { team, sort: 'name', limit: 50 })
    expect(items.map((each) => [each.name, each.monthlyCost])).toEqual([[claim.name, 0]])
  }, 6000)
})
