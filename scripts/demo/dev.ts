// npm run dev: the demo's services, with the portal and the worker following the sources.
import { join } from 'node:path'
import { root } from './installation.ts'
import { start } from './start.ts'

try {
  process.exitCode = await start({ state: join(root, '.modelyard'), mode: 'development' })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
