import { delimiter, join } from 'node:path'
import { modules, pinnedNode, root } from './places.mjs'
import { runChild } from './run-child.mjs'

/** Runs a TypeScript file of the repository on the pinned Node, as if it were us: same terminal, same exit code. */
export async function handOver(script, args) {
  const path = [join(modules, '.bin'), process.env.PATH].filter(Boolean).join(delimiter)
  const parent = process.ppid
  const orphaned = setInterval(() => {
    if (process.ppid !== parent && process.env.npm_lifecycle_event) process.kill(process.pid, 'SIGTERM')
  }, 1000) // npm was killed without a chance to tell us
  orphaned.unref()
  const { code } = await runChild(pinnedNode, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
    env: { PATH: path, MODELYARD_PARENT: String(process.pid) },
  })
  return code
}
