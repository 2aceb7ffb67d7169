/** `npm run runtime:hostile [-- --only NAME]`: three hundred hostile models, and a neighbour who must not notice. */
import { parseArgs } from 'node:util'
import { hostileModels } from '../testing/hostile-models.ts'
import { faultsOf, runCampaign } from './campaign.ts'

/** Below this nobody suffers, whatever the ratio: on a busy machine a core is not free at once. */
const HARMLESS_MILLISECONDS = 10

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const models = hostileModels().filter((each) => values.only === undefined || each.name.includes(values.only))
const campaign = await runCampaign(models, ({ name, state, message }) => {
  const why = message === '' ? '' : `: ${message.replaceAll('\n', ' ').slice(0, 160)}`
  console.log(`${state.padEnd(11)} ${name}${why}`)
})
const { outcomes, quietP99, busyP99 } = campaign
const counts = [...Map.groupBy(outcomes, (each) => each.state)].map(([state, all]) => `${all.length} ${state}`)
console.log(`${outcomes.length} models: ${counts.join(', ')}`)
console.log(`The neighbour: p99 ${quietP99.toFixed(1)} ms alone, ${busyP99.toFixed(1)} ms meanwhile`)
const faults = faultsOf(campaign)
if (busyP99 > Math.max(2 * quietP99, HARMLESS_MILLISECONDS)) faults.push('the neighbour waited more than twice as long')
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
