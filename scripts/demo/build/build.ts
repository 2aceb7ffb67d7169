import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withLock } from '../../bootstrap/lock.mjs'
import { buildStamp, root } from '../installation/installation.ts'
import { fingerprint, isBuildFresh } from './build-stamp.ts'

/** Builds the portal for production unless the last build was made of the same sources. */
async function build(heldBy: (pid: number) => void): Promise<number> {
  const wanted = fingerprint()
  if (isBuildFresh(wanted)) return 0
  rmSync(buildStamp, { force: true })
  const child = spawn(process.execPath, [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NEXT_DIST_DIR: '.next' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (child.pid !== undefined) heldBy(child.pid)
  const [code] = await once(child, 'exit')
  if (code !== 0) return 1
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, wanted)
  return 0
}

process.exitCode = await withLock(join(root, '.modelyard', 'locks', 'build'), build)
