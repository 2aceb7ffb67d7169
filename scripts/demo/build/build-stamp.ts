import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildStamp, root } from '../installation/installation.ts'

const sources = [
  '{app,components,server,public,styles}/**/*',
  'runtime/models/**/*.ts',
  'infra/sandbox/identity/people/users.ts',
  '{next.config.mjs,tsconfig.json,package.json,package-lock.json,proxy.ts,middleware.ts,instrumentation.ts,instrumentation-client.ts}',
]

/** Whether the build in .next is a whole one, of these sources. */
export const isBuildFresh = (wanted = fingerprint()): boolean =>
  existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === wanted

/** One word for everything a build is made of. */
export function fingerprint(): string {
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
