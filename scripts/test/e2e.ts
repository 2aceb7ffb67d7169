// npm run e2e -- [--real] <what Playwright takes>: the browser tests alone.
import { isGood, totalLine } from './counts.ts'
import { runEndToEndTests } from './end-to-end.ts'
import { retell } from './failures.ts'
import { watchForInterruption } from './run.ts'

watchForInterruption()
const given = process.argv.slice(2)
const playwright = given.filter((word) => word !== '--real')
const total = await runEndToEndTests(
  playwright.length === given.length ? { playwright } : { playwright, home: 'e2e-real', demo: ['--real'], patience: 4 },
)
console.error(retell(total.failures))
console.log(totalLine(total))
process.exit(isGood(total) ? 0 : 1)
