// The suites that prove the sandbox honest: the same contracts and stories on kube-apiserver and Argo CD.
import { oneFailed, totalLine } from '../counts.ts'
import { retell } from '../failures.ts'
import { watchForInterruption } from '../run.ts'
import { obtainBinaries, runOnRealCluster } from './suites.ts'

watchForInterruption()
const started = Date.now()
const reason = await obtainBinaries()
if (reason) {
  console.error(`✗ There is no real control plane to test on: ${reason}`)
  console.log(totalLine(oneFailed('The binaries')))
  process.exit(1)
}
const total = await runOnRealCluster(process.argv.slice(2))
console.error(retell(total.failures))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
console.log(totalLine(total))
process.exit(total.failed === 0 ? 0 : 1)
