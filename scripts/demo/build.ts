import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './installation.ts'

// Beside the build, so that whoever deletes one deletes the other.
const stamp = join(root, '.next', 'sources.sha256')

const sources = [
  '{app,components,server,public,styles}/**/*',
  'runtime/models/**/*.ts',
  'infra/sandbox/identity/users.ts',
  '{next.config.mjs,tsconfig.json,package.json,package-lock.json,proxy.ts,middleware.ts,instrumentation.ts}',
]

/** Builds the portal for production unless the last build was made of the same sources. */
async function build(): Promise<number> {
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 0
  rmSync(stamp, { force: true })
  const child = spawn(process.execPath, [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) return 1
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
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

process.exitCode = await build()
