import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../supervisor/free-port.ts'
import { leash } from '../supervisor/leash.ts'
import { answers, prepareCluster, serverCommand } from './cluster.ts'

export interface TemporaryServer {
  /** Connection string of a database on the server. */
  url(database: string): string
  stop(): Promise<void>
}

// Nothing here has to survive a power cut, so nothing waits for the disk.
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' }

/** A PostgreSQL server of its own, gone without a trace after stop() or when we die. */
export async function startTemporaryServer(): Promise<TemporaryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-postgres-'))
  chmodSync(folder, 0o755) // as root the server runs as another user, who has to get in
  const password = 'test'
  const cluster = await prepareCluster(join(folder, 'data'), password)
  const port = await freePort()
  const { command, args, owner } = serverCommand(cluster, port, careless)
  const child = spawn(command, args, { ...owner, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = `${said}${String(chunk)}`.slice(-4000)
  })
  const exited = once(child, 'exit')
  const holder = leash()
  if (child.pid) holder.hold(child.pid)

  const url = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGQUIT')
    await exited
    holder.close()
    rmSync(folder, { recursive: true, force: true })
    rmSync(cluster.directory, { recursive: true, force: true })
  }
  const until = Date.now() + 30_000
  while (!(await answers(url('postgres')))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(`PostgreSQL did not start: ${said}`)
    }
    await pause(30)
  }
  return { url, stop }
}
