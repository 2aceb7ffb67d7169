// The quick look before a commit: everything but the browser, and the tests of these very scripts, which start and
// kill many processes.
import { checkFirstLoad, runChecks } from './checks.ts'
import { add } from './counts.ts'
import { watchForInterruption } from './run.ts'
import { runUnitTests } from './unit.ts'

watchForInterruption()
const started = Date.now()
const looked = add(await runChecks(), await checkFirstLoad())
const total = add(looked, await runUnitTests(['--exclude', 'scripts/**', ...process.argv.slice(2)]))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
