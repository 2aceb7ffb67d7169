import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../config.ts'
import { createDatabase, type Database } from '../database/database.ts'
import { testDatabase } from '../testing/database.ts'
import { testConfig } from '../testing/portal.ts'
import { createServices } from '../wiring.ts'

describe('services', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 1 })
  })
  afterAll(() => db.$disconnect())

  const connections = async () => {
    const [row] = await db.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'modelyard%' AND pid <> pg_backend_pid()`
    return row?.count
  }

  it('hold no connection when they cannot be made, however often they are asked for', async () => {
    const config = testConfig(database.url, { KUBECONFIG: '/nowhere/kubeconfig' })
    for (let turn = 0; turn < 3; turn++) await expect(createServices(config)).rejects.toBeInstanceOf(ConfigError)
    expect(await connections()).toBe(0)
  })

  it('give the queues of an earlier release the options of this one', async () => {
    const start = async () => {
      const { queue, db: own } = await createServices(testConfig(database.url))
      await queue.stop()
      await own.$disconnect()
    }
    await start()
    await db.$executeRaw`UPDATE pgboss.queue SET "expire_seconds" = 300, "heartbeat_seconds" = NULL`
    await start()
    const rows = await db.$queryRaw`
      SELECT "name", "expire_seconds", "heartbeat_seconds", "policy" FROM pgboss.queue ORDER BY "name"`
    const same = { heartbeat_seconds: 30, policy: 'short' }
    expect(rows).toEqual([
      { name: 'advance-request', expire_seconds: 300, ...same },
      { name: 'check-upload', expire_seconds: 4 * 3600, ...same },
      { name: 'close-change', expire_seconds: 300, ...same },
    ])
  })
})
