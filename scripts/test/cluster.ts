// The suites that prove the sandbox honest: the same contracts on kube-apiserver and Argo CD.
import { obtain } from '../../infra/sandbox/real/obtain.ts'
import { watchForInterruption } from './run.ts'
import { runClusterTests } from './unit.ts'

watchForInterruption()
const started = Date.now()
console.error('… Binaries of the real control plane')
await obtain((message) => console.error(message))
const total = await runClusterTests(process.argv.slice(2))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
