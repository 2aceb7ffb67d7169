// The door of every npm script: works on Node 20 with nothing installed, makes the checkout ready, then hands over to
// the pinned Node 24, which runs the TypeScript files of this repository as they are.
import { generateDatabaseClient } from './database-client.mjs'
import { dependenciesFault, installDependencies } from './dependencies.mjs'
import { handOver } from './hand-over.mjs'

const commands = {
  audit: 'scripts/audit/main.ts',
  'bench:audit': 'scripts/bench/audit.ts',
  'bench:events': 'scripts/bench/events/main.ts',
  'bench:watch': 'scripts/bench/watch/main.ts',
  check: 'scripts/test/check.ts',
  ci: 'scripts/test/ci.ts',
  config: 'scripts/config/main.ts',
  db: 'scripts/postgres/console.ts',
  demo: 'scripts/demo/main.ts',
  dev: 'scripts/demo/dev.ts',
  doctor: 'scripts/doctor/main.ts',
  e2e: 'scripts/test/e2e.ts',
  sandbox: 'scripts/demo/sandbox.ts',
  test: 'scripts/test/main.ts',
  'test:api': 'scripts/api/main.ts',
  'test:cluster': 'scripts/test/cluster/main.ts',
}

const [command, ...args] = process.argv.slice(2)

try {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Error(`Node ${process.versions.node} is too old. Install Node 20 or newer: https://nodejs.org`)
  }
  const script = commands[command]
  if (!script) throw new Error(`Unknown command "${command}". There are: ${Object.keys(commands).join(', ')}.`)
  if (command === 'doctor') {
    const fault = dependenciesFault()
    if (fault) throw new Error(`Dependencies: ${fault}. Any other npm script of this repository installs them.`)
  } else {
    await installDependencies()
    await generateDatabaseClient()
  }
  process.exitCode = await handOver(script, args)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (command === 'ci' || command === 'test') console.log('0 passed, 1 failed') // the last line is always such a one
  process.exitCode = process.exitCode || 1
}
