// npm run dev: the demo's services, with the portal and the worker following the sources.
import { join } from 'node:path'
import { start } from './command/start.ts'
import { root } from './installation/installation.ts'

try {
  process.exitCode = await start({ state: join(root, '.modelyard'), mode: 'development' })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
