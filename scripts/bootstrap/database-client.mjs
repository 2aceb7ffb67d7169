import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withLock } from './lock.mjs'
import { modules, pinnedNode, root, stateDirectory } from './places.mjs'
import { step } from './progress.mjs'
import { runChild } from './run-child.mjs'

const stamp = join(stateDirectory, 'stamps', 'database-client')
const generated = join(root, 'server', 'database', 'generated', 'client.ts')

/** Makes the typed database client from prisma/schema.prisma, when that has changed. */
export async function generateDatabaseClient() {
  const wanted = fingerprint()
  if (isDone(wanted)) return
  await withLock(join(stateDirectory, 'locks', 'database-client'), async (heldBy) => {
    if (isDone(wanted)) return
    await step('Making the database client from prisma/schema.prisma', async () => {
      const { code, said } = await runChild(pinnedNode, [join(modules, 'prisma', 'build', 'index.js'), 'generate'], {
        env: {
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
        quiet: true,
        started: heldBy,
      })
      if (code !== 0) throw new Error(said)
    })
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, wanted)
  })
}

function isDone(wanted) {
  return existsSync(generated) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json']) {
    hash.update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}
