import { isGood, totalLine } from './counts.ts'
import { retell } from './failures.ts'
import { runOrdinaryTests } from './ordinary.ts'
import { interrupted, watchForInterruption } from './run.ts'

watchForInterruption()
const started = Date.now()
const total = await runOrdinaryTests()
if (interrupted()) {
  console.error('Interrupted.')
  process.exit(130)
}
console.error(retell(total.failures))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(totalLine(total))
process.exit(isGood(total) ? 0 : 1)
