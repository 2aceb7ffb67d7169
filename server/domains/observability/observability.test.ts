import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent } from '../../adapters/absent.ts'
import { createDatabase, type Database } from '../../database/database.ts'
import { systemClock } from '../../ports/clock.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { createObservability } from './observability.ts'

describe('the metrics of a team', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 2 })
  })
  afterAll(() => db.$disconnect())

  it('are there for its models, whatever somebody has put beside them by hand', async () => {
    const team = await makeTeam(db)
    const viewer = await makePerson(db, 'Viewer', { teams: { [team]: 'viewer' } })
    const data = {
      environment: 'dev',
      request: null,
      generation: 1,
      spec: null,
      observedGeneration: 1,
      url: null,
      message: null,
      conditions: [],
      replicas: [],
      deleting: false,
    }
    for (const name of ['iris', 'Odd.Name_1']) {
      const place = { cluster: 'here', kind: 'model', namespace: `${team}-dev`, name, team }
      await db.observation.create({ data: { ...place, data } })
    }
    const metrics: Metrics = {
      query: async () => [{ labels: { model: `${team}-dev.iris` }, value: 2, at: 0 }],
      queryRange: async () => [],
      alerts: async () => [],
      probe: async () => ({ version: 'test' }),
    }
    const alerts = absent<never>('alertmanager', 'Alertmanager', 'ALERTMANAGER_URL')
    const service = createObservability({ db, metrics, alerts, clock: systemClock, scrapeSeconds: 15 })
    const { models, requestRate } = await service.team(viewer, { team })
    expect(models.map((each) => [each.model, each.requestRate])).toEqual([['iris', 2]])
    expect(requestRate).toBe(2)
  })
})
