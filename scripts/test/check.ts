// The quick look before a commit: format, lint, boundaries, types, and the tests that need no more than a database.
import { checkFirstLoad, runChecks } from './checks.ts'
import { add } from './counts.ts'
import { retell } from './failures.ts'
import { watchForInterruption } from './run.ts'
import { runUnitTests } from './unit.ts'

// These start and kill many processes; `npm test` runs them.
const slow = ['scripts/**', 'infra/**', 'runtime/{agent,hostile,soak,tests}/**', 'server/{adapters,testing}/**']

watchForInterruption()
const started = Date.now()
const looked = add(await runChecks(), await checkFirstLoad())
const total = add(
  looked,
  await runUnitTests([...slow.flatMap((files) => ['--exclude', files]), ...process.argv.slice(2)]),
)
console.error(retell(total.failures))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
