// Applies prisma/migrations/*/migration.sql. The book-keeping is Prisma's own (_prisma_migrations, checksums, the same
// advisory lock), so `prisma migrate deploy` and this runner can follow one another on one database.
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'

export interface Migration {
  name: string
  sql: string
  checksum: string
}

const migrationsFolder = join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
const prismaLock = 72707369

const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

export async function readMigrations(folder = migrationsFolder): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** Brings the database up to date and returns the names applied. Others doing the same wait for their turn. */
export async function migrate(databaseUrl: string, migrations?: Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations())
  const client = new Client({ connectionString: databaseUrl })
  client.on('error', () => undefined) // the query under way rejects with the same error
  await client.connect()
  try {
    await client.query("SET lock_timeout = '120s'")
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock])
    await client.query('SET lock_timeout = 0')
    await client.query(createTable)
    const done = await appliedMigrations(client)
    const missing = wanted.filter((migration) => !isApplied(migration, done))
    for (const migration of missing) await apply(client, migration)
    return missing.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
}

async function appliedMigrations(client: Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  return rows
}

function isApplied(migration: Migration, done: Applied[]): boolean {
  const before = done.find((row) => row.migration_name === migration.name)
  if (!before) return false
  if (before.finished_at === null) {
    throw new Error(
      `Migration ${migration.name} was started by another tool and failed half-way. ` +
        'Repair the database, then mark it with `prisma migrate resolve`.',
    )
  }
  if (before.checksum !== migration.checksum) {
    throw new Error(
      `Migration ${migration.name} has been edited since it was applied. ` +
        'Restore the file and put the change into a new migration.',
    )
  }
  return true
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined) // the connection may be what failed
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Migration ${migration.name} failed and was undone: ${reason}`, { cause })
  }
}

if (import.meta.main) {
  const url = process.env.DATABASE_URL
  if (!url) {
    console.error('DATABASE_URL is not set. It names the database to migrate: postgresql://user:password@host/name')
    process.exit(1)
  }
  try {
    const applied = await migrate(url)
    for (const name of applied) console.error(`Applied ${name}`)
    if (applied.length === 0) console.error('The database is up to date.')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
