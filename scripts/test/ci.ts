// Everything: what `npm test` does, then the real control plane where it can be had. The last line is the sum of both.
import { circumstances, decide } from './cluster/decision.ts'
import { obtainBinaries, runOnRealCluster } from './cluster/suites.ts'
import { oneFailed, type Stage, sumUp, totalLine } from './counts.ts'
import { retell } from './failures.ts'
import { runOrdinaryTests } from './ordinary.ts'
import { interrupted, watchForInterruption } from './run.ts'

watchForInterruption()
process.on('uncaughtException', (error) => {
  console.error(error)
  console.log(totalLine(oneFailed('The run broke off'))) // whoever reads the last line reads that it failed
  process.exit(1)
})
const started = Date.now()
const stages: Stage[] = [{ title: 'npm test', counts: await runOrdinaryTests() }]
if (!interrupted()) stages.push(await realCluster())
if (interrupted()) {
  console.error('Interrupted.')
  process.exit(130)
}
const { lines, good, failures } = sumUp(stages)
console.error(retell(failures))
console.error(`\nAfter ${Math.round((Date.now() - started) / 1000)} s:`)
const total = lines.pop()
for (const line of lines) console.error(line)
console.log(total)
process.exit(good ? 0 : 1)

async function realCluster(): Promise<Stage> {
  const title = 'npm run test:cluster'
  const decision = decide(await circumstances())
  if (!decision.runs) return { title, leftOut: decision.because }
  const reason = await obtainBinaries()
  return reason ? { title, leftOut: reason } : { title, counts: await runOnRealCluster() }
}
