// npm run e2e -- <what Playwright takes>: the browser tests alone.
import { runEndToEndTests } from './end-to-end.ts'
import { watchForInterruption } from './run.ts'

watchForInterruption()
const { passed, failed } = await runEndToEndTests(process.argv.slice(2))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
