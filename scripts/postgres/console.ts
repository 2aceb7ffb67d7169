import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Client } from 'pg'
import { z } from 'zod'
import { migrate } from '../../server/database/migrate.ts'
import { root } from '../demo/installation/installation.ts'
import { portNames } from '../demo/installation/ports.ts'
import { secretsOf } from '../demo/installation/secrets.ts'
import { readJson } from '../supervisor/records.ts'
import { answers } from './cluster.ts'
import { schemaDifference } from './schema-difference.ts'
import { startTemporaryServer } from './temporary.ts'

const help = `npm run db                 a prompt on the demo's database: psql where it is installed
npm run db -- -c "SELECT"  one statement
npm run db -- url          the connection string
npm run db -- difference   the SQL that prisma/migrations lack to be what prisma/schema.prisma says`

const [verb, ...rest] = process.argv.slice(2)
try {
  process.exitCode = await perform()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function perform(): Promise<number> {
  if (verb === '--help') {
    console.log(help)
    return 0
  }
  if (verb === 'difference') return printDifference()
  const url = await demoDatabase()
  if (verb === 'url') {
    console.log(url)
    return 0
  }
  if (verb === '-c' && rest[0]) return runStatement(url, rest[0])
  return (await psql(url)) ?? (await prompt(url))
}

async function demoDatabase(): Promise<string> {
  const state = join(root, '.modelyard')
  const port = readJson(join(state, 'ports.json'), z.partialRecord(z.enum(portNames), z.number()))?.postgres
  const url = `postgresql://postgres:${secretsOf(state).postgresPassword}@127.0.0.1:${port}/modelyard`
  if (port === undefined || !(await answers(url))) {
    throw new Error('The database does not run. Start it with: npm run demo -- --detach')
  }
  return url
}

async function printDifference(): Promise<number> {
  const server = await startTemporaryServer()
  try {
    await migrate(server.url('postgres'))
    const sql = await schemaDifference(server.url('postgres'))
    console.log(sql || '-- The migrations and schema.prisma describe the same database.')
    return sql ? 1 : 0
  } finally {
    await server.stop()
  }
}

async function runStatement(url: string, statement: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows, command, rowCount } = await client.query(statement)
    if (rows.length > 0) console.table(rows)
    else console.log(`${command} ${rowCount ?? ''}`.trim())
    return 0
  } finally {
    await client.end()
  }
}

/** Undefined when psql is not installed. */
async function psql(url: string): Promise<number | undefined> {
  const child = spawn('psql', [url], { stdio: 'inherit' })
  process.on('SIGINT', () => undefined) // Ctrl-C is for psql, where it cancels a query
  const ended = await Promise.race([once(child, 'exit'), once(child, 'error').then(() => undefined)]).catch(
    () => undefined,
  )
  return ended ? Number(ended[0] ?? 1) : undefined
}

async function prompt(url: string): Promise<number> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  console.log('psql is not installed; this is a plain prompt. One statement a line, Ctrl-D ends it.')
  terminal.setPrompt('modelyard=# ')
  terminal.prompt()
  for await (const line of terminal) {
    if (line.trim()) await runStatement(url, line).catch((error: Error) => console.error(error.message))
    terminal.prompt()
  }
  return 0
}
