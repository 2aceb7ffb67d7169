// Compares a database with prisma/schema.prisma by Prisma's own engine, in its WebAssembly form, which needs no
// download. `npm run db -- difference` prints the SQL that the migrations still lack: the start of the next one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'
import { Pool, type QueryArrayConfig } from 'pg'

const schemaFile = join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma')

/** The SQL that is missing for the database to be what the schema says; empty when they agree. */
export async function schemaDifference(databaseUrl: string, schema = readFileSync(schemaFile, 'utf8')) {
  const files = [{ path: 'schema.prisma', content: schema }]
  const pool = catalogPool(databaseUrl)
  const adapter = bindMigrationAwareSqlAdapterFactory(catalogAdapter(pool))
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter)
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '.' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: false,
      filters: { externalTables: [], externalEnums: [] },
    })
    const sql = (stdout ?? '').trim()
    return sql === '-- This is an empty migration.' ? '' : sql
  } finally {
    engine.free()
    await pool.end()
  }
}

// PostgreSQL's one-byte "char" is a type of its catalogs, which the engine reads and the adapter refuses. The pool
// passes it off as an array of such, which the adapter takes, and the adapter's answer is set right afterwards.
const char = 18
const charArray = 1002

function catalogPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString })
  const query = pool.query.bind(pool)
  return Object.assign(pool, {
    async query(config: QueryArrayConfig) {
      const result = await query(config)
      for (const field of result.fields) if (field.dataTypeID === char) field.dataTypeID = charArray
      return result
    },
  })
}

function catalogAdapter(pool: Pool): PrismaPg {
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  return Object.assign(factory, {
    async connect() {
      const adapter = await connect()
      const queryRaw = adapter.queryRaw.bind(adapter)
      return Object.assign(adapter, {
        async queryRaw(query: Parameters<typeof queryRaw>[0]) {
          const { columnTypes, ...rest } = await queryRaw(query)
          const { CharacterArray, Character } = ColumnTypeEnum
          return { ...rest, columnTypes: columnTypes.map((type) => (type === CharacterArray ? Character : type)) }
        },
      })
    },
  })
}
