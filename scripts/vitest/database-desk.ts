import { once } from 'node:events'
import { createServer } from 'node:http'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../server/database/migrate.ts'
import { startTemporaryServer, type TemporaryServer } from '../postgres/temporary.ts'

interface Prepared {
  server: TemporaryServer
  template: string
}

/** Answers the test files' question for a database server; the first to ask makes it start. */
export default async function databaseDesk(project: TestProject): Promise<() => Promise<void>> {
  let prepared: Promise<Prepared> | undefined
  const desk = createServer((_request, response) => {
    prepared ??= prepare()
    prepared.then(
      ({ server, template }) => response.end(JSON.stringify({ server: server.url('postgres'), template })),
      (error) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  const address = desk.address()
  if (address === null || typeof address === 'string') throw new Error('The database desk is not listening.')
  project.provide('databaseDesk', `http://127.0.0.1:${address.port}/`)
  return async () => {
    desk.closeAllConnections()
    desk.close()
    const started = await prepared?.catch(() => undefined) // the tests that asked have failed with the reason
    await started?.server.stop()
  }
}

async function prepare(): Promise<Prepared> {
  const server = await startTemporaryServer()
  const template = 'migrated_template'
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${template}`)
    await migrate(server.url(template))
    await client.query(`ALTER DATABASE ${template} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`)
  } finally {
    await client.end()
  }
  return { server, template }
}
