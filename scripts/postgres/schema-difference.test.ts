import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '#server/testing/database.ts'
import { schemaDifference } from './schema-difference.ts'

const database = testDatabase()

describe('schema.prisma and the migrations', () => {
  it('describe the same database', async () => {
    expect(await schemaDifference(database.url)).toBe('')
  })
})

describe('the comparison', () => {
  it('sees a missing column, a wrong type and a missing index', async () => {
    const schema = [
      'datasource db {\n provider = "postgresql"\n}',
      'model Thing {\n id Int @id\n name String\n size BigInt\n @@map("thing")\n @@index([name])\n}',
    ].join('\n')
    const client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query('CREATE TABLE thing (id integer PRIMARY KEY, size integer NOT NULL)')
    await client.end()
    const sql = await schemaDifference(database.url, schema)
    expect(sql).toContain('ADD COLUMN     "name" TEXT NOT NULL')
    expect(sql).toContain('SET DATA TYPE BIGINT')
    expect(sql).toContain('CREATE INDEX "thing_name_idx"')
  })
})
