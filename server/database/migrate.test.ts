import { createHash } from 'node:crypto'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDatabase, type OwnDatabase } from '#server/testing/database.ts'
import { type Migration, migrate, readMigrations } from './migrate.ts'

const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
})
const first = migration('20260101000000_teams', 'CREATE TABLE teams (slug text PRIMARY KEY); SELECT pg_sleep(0.05);')
const second = migration('20260102000000_names', "ALTER TABLE teams ADD name text NOT NULL DEFAULT 'none';")

let database: OwnDatabase
let client: Client

beforeEach(async () => {
  database = await createDatabase('empty')
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterEach(async () => {
  await client.end()
  await database.drop()
})

const recorded = async () =>
  (await client.query('SELECT migration_name, checksum, applied_steps_count FROM _prisma_migrations ORDER BY 1')).rows

describe('migrate', () => {
  it('applies what is missing, in order, and records it as Prisma does', async () => {
    expect(await migrate(database.url, [first])).toEqual([first.name])
    expect(await migrate(database.url, [first, second])).toEqual([second.name])
    expect(await migrate(database.url, [first, second])).toEqual([])
    expect(await recorded()).toEqual([
      { migration_name: first.name, checksum: first.checksum, applied_steps_count: 1 },
      { migration_name: second.name, checksum: second.checksum, applied_steps_count: 1 },
    ])
  })

  it('applies each migration once when replicas start together', async () => {
    const replicas = await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, [first, second])))
    expect(replicas.flat().sort()).toEqual([first.name, second.name])
    expect(await recorded()).toHaveLength(2)
  })

  it('undoes a failing migration completely, keeps those before it, and can be repeated', async () => {
    const faulty = migration(second.name, 'CREATE TABLE half (id int); SELECT * FROM nowhere;')
    await expect(migrate(database.url, [first, faulty])).rejects.toThrow(/names failed and was undone.*nowhere/)
    const { rows } = await client.query("SELECT to_regclass('half') AS half, to_regclass('teams') AS teams")
    expect(rows).toEqual([{ half: null, teams: 'teams' }])
    expect(await migrate(database.url, [first, second])).toEqual([second.name])
  })

  it('refuses a migration that was edited after it had been applied', async () => {
    await migrate(database.url, [first])
    const edited = migration(first.name, `${first.sql} -- edited`)
    await expect(migrate(database.url, [edited, second])).rejects.toThrow(/has been edited/)
    expect(await recorded()).toHaveLength(1)
  })

  it('refuses to go on after a migration that another tool left half-way', async () => {
    await migrate(database.url, [first])
    await client.query('UPDATE _prisma_migrations SET finished_at = NULL')
    await expect(migrate(database.url, [first, second])).rejects.toThrow(/half-way/)
    await client.query('UPDATE _prisma_migrations SET rolled_back_at = now()')
    await client.query('DROP TABLE teams')
    expect(await migrate(database.url, [first, second])).toEqual([first.name, second.name])
  })

  it('leaves a database alone that a newer version has migrated further', async () => {
    await migrate(database.url, [first, second])
    expect(await migrate(database.url, [first])).toEqual([])
  })
})

describe('the migrations of this version', () => {
  it('apply to an empty database', async () => {
    const migrations = await readMigrations()
    expect(await migrate(database.url)).toEqual(migrations.map(({ name }) => name))
  })
})
