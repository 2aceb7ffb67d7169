/**
 * `npm run test:api`: schemathesis asks every endpoint thousands of things made up from the OpenAPI document, and every
 * answer has to be one that the document describes. Needs Python 3; schemathesis itself is installed beside the state.
 * What follows `--` goes to schemathesis, for instance `-- --max-examples 200`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig } from '../../server/config.ts'
import { migrate } from '../../server/database/migrate.ts'
import { getServices } from '../../server/wiring.ts'
import { startTemporaryServer } from '../postgres/temporary.ts'
import { startGitHost } from './git-host.ts'
import { seed } from './seed.ts'
import { serveApi } from './serve.ts'

const version = '4.32.5'
const tools = join(import.meta.dirname, '../../.modelyard/schemathesis')

function schemathesis(): string {
  const program = join(tools, process.platform === 'win32' ? 'Scripts/schemathesis.exe' : 'bin/schemathesis')
  const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0)
  if (!python) {
    console.log('Python 3 is not installed here: the property-based API tests did not run.')
    process.exit(0)
  }
  if (existsSync(program)) return program
  const run = (command: string, args: string[]) => {
    if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) throw new Error(`${command} failed`)
  }
  run(python, ['-m', 'venv', tools])
  run(join(tools, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'), [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`],
  ])
  return program
}

const program = schemathesis()
const database = await startTemporaryServer()
const git = await startGitHost()
const store = await mkdtemp(join(tmpdir(), 'modelyard-api-store-'))
const settings = {
  MODELYARD_MODE: 'test',
  PORTAL_URL: 'http://127.0.0.1',
  DATABASE_URL: database.url('postgres'),
  SESSION_SECRET: 'a secret for tests alone',
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'modelyard',
  OIDC_CLIENT_SECRET: 'for-tests',
  RATE_LIMIT_PER_SECOND: '10000',
  LOG_LEVEL: 'error',
  OBJECT_STORE_URL: pathToFileURL(store).href,
  ...git.settings,
}
Object.assign(process.env, settings)
await migrate(settings.DATABASE_URL)

const cookie = await seed(readConfig())
const api = await serveApi()
const args = [
  ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
  ...['run', `${api.url}/api/v1/openapi.json`, '--url', api.url],
  ...['--header', `Cookie: ${cookie}`, '--header', 'Origin: http://127.0.0.1'],
  ...['--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'],
  ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '25', '--workers', '1'],
  // A stream without end, and what would end the very session or team that asks.
  ...[
    '--exclude-path',
    '/api/v1/events',
    '--exclude-operation-id',
    'signOutEverywhere',
    '--exclude-operation-id',
    'archiveTeam',
  ],
  ...process.argv.slice(2),
]
const child = spawn(program, args, { stdio: 'inherit', cwd: tools })
const [code] = await once(child, 'exit')
await api.close()
const services = await getServices()
await Promise.all([services.queue.stop(), services.live.stop(), services.db.$disconnect()])
await git.stop()
await database.stop()
await rm(store, { recursive: true })
process.exit(typeof code === 'number' ? code : 1)
