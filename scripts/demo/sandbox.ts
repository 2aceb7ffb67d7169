// npm run sandbox -- <part> …: some parts alone, with what they need, in a state of their own.
import { join } from 'node:path'
import { start } from './command/start.ts'
import { root } from './installation/installation.ts'

const names = process.argv.slice(2)
const outsideWorld = ['identity', 'git', 'cluster', 'controllers', 'gitops', 'kubelet']
try {
  const only = names.length > 0 ? names : outsideWorld
  process.exitCode = await start({ state: join(root, '.modelyard', 'sandbox'), mode: 'production', only })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
