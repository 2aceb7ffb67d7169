// A process with a supervisor of its own, for tests that kill it: starts two fake parts and prints their pids.
import { createSupervisor } from '../supervisor.ts'
import { fakePart } from './parts.ts'

const state = process.argv[2] ?? ''
const supervisor = createSupervisor({
  parts: [fakePart('first'), fakePart('second', { after: ['first'], flags: ['--stubborn'] })],
  directory: state,
  state,
  graceMilliseconds: 500,
})
process.on('SIGTERM', () => void supervisor.stop().then(() => process.exit(0)))
await supervisor.start()
console.log(JSON.stringify(supervisor.status().map((part) => part.pid)))
