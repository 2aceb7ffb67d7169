/** One web process of the production build, on a database of its own, as `next start` runs it anywhere. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../supervisor/free-port.ts'

const root = join(import.meta.dirname, '../../..')

export type Web = { url: string; residentBytes(): number; stop(): Promise<void> }

export async function startWeb(settings: Record<string, string>): Promise<Web> {
  const build = spawn(process.execPath, ['scripts/demo/build/build.ts'], { cwd: root, stdio: 'inherit' })
  const [code] = await once(build, 'exit')
  if (code !== 0) throw new Error('The production build failed.')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const next = join('node_modules', 'next', 'dist', 'bin', 'next')
  const child = spawn(process.execPath, [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'], {
    cwd: root,
    env: { ...process.env, ...settings, PORTAL_URL: url, NODE_ENV: 'production', NEXT_DIST_DIR: '.next' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await ready(child, url)
  return {
    url,
    residentBytes: () => residentBytesOf(child.pid),
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await once(child, 'exit')
      clearTimeout(killer)
    },
  }
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + 60_000
  const isUp = () =>
    fetch(`${url}/api/health/ready`).then(
      (response) => response.ok,
      () => false,
    )
  while (!(await isUp())) {
    if (child.exitCode !== null || Date.now() > until) throw new Error('The portal did not start.')
    await wait(100)
  }
}

function residentBytesOf(pid: number | undefined): number {
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}
