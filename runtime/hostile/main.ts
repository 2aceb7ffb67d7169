/** `npm run runtime:hostile [-- --only NAME]`: three hundred hostile models, and a neighbour who must not notice. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeSection } from '../../scripts/bench/section.ts'
import { median } from '../bench/measure/statistics.ts'
import { hostileModels } from '../testing/hostile-models.ts'
import { faultsOf, runCampaign } from './campaign.ts'
import { judge } from './judgement.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', default: false } } })
if (values.help) {
  console.log('npm run runtime:hostile [-- --only NAME]   all models write their section of docs/performance.md')
  process.exit(0)
}
const models = hostileModels().filter((each) => values.only === undefined || each.name.includes(values.only))
const campaign = await runCampaign(models, ({ name, state, message }) => {
  const why = message === '' ? '' : `: ${message.replaceAll('\n', ' ').slice(0, 160)}`
  console.log(`${state.padEnd(11)} ${name}${why}`)
})
const { outcomes, quiet, busy } = campaign
const counts = [...Map.groupBy(outcomes, (each) => each.state)].map(([state, all]) => `${all.length} ${state}`)
const p99Of = (turns: typeof quiet): number[] => turns.map((each) => each.p99)
const { ratio, fault } = judge(p99Of(quiet), p99Of(busy))
const asked = [...quiet, ...busy].reduce((sum, each) => sum + each.asked, 0)
const lines = [
  `${outcomes.length} models: ${counts.join(', ')}; load of the machine ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores`,
  `the neighbour, ${asked} requests: p99 ${median(p99Of(quiet)).toFixed(1)} ms alone, ${median(p99Of(busy)).toFixed(1)} ms meanwhile (${ratio.toFixed(2)} × in ${busy.length} turns), the slowest ${Math.max(...busy.map((each) => each.max)).toFixed(0)} ms`,
]
const faults = faultsOf(campaign)
if (fault !== undefined) faults.push(fault)
for (const line of lines) console.log(line)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
if (values.only === undefined) {
  const section = `## Hostile models beside a neighbour

Written by \`npm run runtime:hostile\` on ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}. The goal: no crash, a reason for each, no request of the neighbour
lost, and its p99 at most twice what it is alone, or below 10 ms: with more to run than cores, that long nobody gets one.

${lines.map((line) => `* ${line}`).join('\n')}

${faults.length === 0 ? 'No fault found.' : faults.join('; ')}`
  await writeSection(join(import.meta.dirname, '../../docs/performance.md'), 'runtime-hostile', section)
}
