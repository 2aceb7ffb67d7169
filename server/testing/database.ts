// Databases for tests. The test run has one PostgreSQL server, started by the first test file that asks for a
// database; each file works in a database of its own, so files never meet.
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { z } from 'zod'

declare module 'vitest' {
  interface ProvidedContext {
    databaseDesk: string
  }
}

const Desk = z.object({ server: z.string(), template: z.string() })

export interface TestDatabase {
  readonly url: string
}

/** A database for the tests of the calling file: there before its first test and gone after its last. */
export function testDatabase(kind: 'migrated' | 'empty' = 'migrated'): TestDatabase {
  let made: OwnDatabase | undefined
  beforeAll(async () => {
    made = await createDatabase(kind)
  }, 60_000)
  afterAll(async () => {
    await made?.drop()
  })
  return {
    get url() {
      if (!made) throw new Error('The database is there from beforeAll on: read its url in a test or a hook.')
      return made.url
    },
  }
}

export interface OwnDatabase extends TestDatabase {
  drop(): Promise<void>
}

/** The same, for a test that needs more than one. The caller drops it. */
export async function createDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<OwnDatabase> {
  const response = await fetch(inject('databaseDesk'))
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  const desk = Desk.parse(JSON.parse(text))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await atServer(desk.server, `CREATE DATABASE ${name} TEMPLATE ${kind === 'migrated' ? desk.template : 'template0'}`)
  const url = new URL(desk.server)
  url.pathname = name
  return { url: url.href, drop: () => atServer(desk.server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

async function atServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
