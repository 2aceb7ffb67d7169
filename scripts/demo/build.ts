import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withLock } from '../bootstrap/lock.mjs'
import { buildStamp, root } from './installation.ts'

const sources = [
  '{app,components,server,public,styles}/**/*',
  'runtime/models/**/*.ts',
  'infra/sandbox/identity/users.ts',
  '{next.config.mjs,tsconfig.json,package.json,package-lock.json,proxy.ts,middleware.ts,instrumentation.ts}',
]

/** Builds the portal for production unless the last build was made of the same sources. */
async function build(heldBy: (pid: number) => void): Promise<number> {
  const wanted = fingerprint()
  if (existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === wanted) return 0
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

function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of globSync(sources, { cwd: root }).sort()) {
    if (/\.test\.tsx?$/.test(file) || !statSync(join(root, file)).isFile()) continue
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

process.exitCode = await withLock(join(root, '.modelyard', 'locks', 'build'), build)
