import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { type Binaries, binaries, type Owner, ownerForRoot, placeWithinReach } from './binaries.ts'

export interface Cluster {
  directory: string
  owner: Owner | undefined
  programs: Binaries
}

export interface Server {
  command: string
  args: string[]
  owner: Owner | undefined
}

/** The data directory, created on first use. An interrupted creation leaves nothing that looks finished. */
export async function prepareCluster(wanted: string, password: string): Promise<Cluster> {
  const owner = ownerForRoot()
  const programs = await binaries(owner)
  const directory = clusterDirectory(wanted, owner)
  if (existsSync(join(directory, 'PG_VERSION'))) {
    refuseOtherMajor(directory, programs)
    return { directory, owner, programs }
  }
  const unfinished = `${directory}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  const passwordFile = `${unfinished}.password`
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (owner) for (const path of [unfinished, passwordFile]) chownSync(path, owner.uid, owner.gid)
  try {
    await run(programs.initdb, initialisation(unfinished, passwordFile), owner)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  rmSync(directory, { recursive: true, force: true })
  renameSync(unfinished, directory)
  return { directory, owner, programs }
}

/** Where the data lives: the wanted place, or, when we are root and others cannot enter it, one they can. */
export function clusterDirectory(wanted: string, owner: Owner | undefined): string {
  mkdirSync(dirname(wanted), { recursive: true })
  if (!owner) return wanted
  const entered = spawnSync('/bin/sh', ['-c', 'cd "$0"', dirname(wanted)], { ...owner, cwd: '/', stdio: 'ignore' })
  if (entered.status === 0) return wanted
  return join(placeWithinReach('data'), createHash('sha256').update(wanted).digest('hex').slice(0, 16))
}

export function serverCommand(cluster: Cluster, port: number, settings: Record<string, string> = {}): Server {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', cluster.directory, '-p', String(port), ...flags]
  return { command: cluster.programs.postgres, args, owner: cluster.owner }
}

/** True once the server takes connections. */
export async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined) // the server going away while we ask is an answer too
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

function initialisation(directory: string, passwordFile: string): string[] {
  return [
    `--pgdata=${directory}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C', // the same on every machine, whatever locales it has
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
  ]
}

function refuseOtherMajor(directory: string, programs: Binaries): void {
  const made = readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim()
  const version = spawnSync(programs.postgres, ['--version'], { encoding: 'utf8' }).stdout
  if (version.includes(` ${made}.`)) return
  throw new Error(
    `The data in ${directory} was made by PostgreSQL ${made}; this is ${version.trim()}. ` +
      'Start over with npm run demo -- --reset.',
  )
}

async function run(command: string, args: string[], owner: Owner | undefined): Promise<void> {
  const child = spawn(command, args, { ...owner, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.trim()}`)
}
