import { checkFirstLoad, runChecks } from './checks.ts'
import { add, type Counts, nothing } from './counts.ts'
import { runEndToEndTests } from './end-to-end.ts'
import { interrupted, watchForInterruption } from './run.ts'
import { runUnitTests } from './unit.ts'

watchForInterruption()
const started = Date.now()
let total: Counts = nothing
// The end-to-end tests build the portal, so what it weighs is looked at after them.
for (const stage of [runChecks, runUnitTests, runEndToEndTests, checkFirstLoad]) {
  if (!interrupted()) total = add(total, await stage())
}
if (interrupted()) {
  console.error('Interrupted.')
  process.exit(130)
}
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
