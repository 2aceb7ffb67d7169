/** `npm run runtime:soak [-- --minutes 30 --rate 200]`: steady traffic while models come and go and engines are killed. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeSection } from '../../scripts/bench/section.ts'
import { describe, faultsOf, section } from './findings.ts'
import { soak } from './soak.ts'

const USAGE = `npm run runtime:soak [-- --minutes 30 --rate 200]
A run of half an hour or more writes its figures to docs/performance.md.`
const WORTH_WRITING_MINUTES = 30

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const found = await soak({
  seconds: Number(values.minutes) * 60,
  requestsPerSecond: Number(values.rate),
  tell: (line) => console.log(line),
})
for (const line of describe(found)) console.log(line)
if (Number(values.minutes) >= WORTH_WRITING_MINUTES) {
  await writeSection(join(import.meta.dirname, '../../docs/performance.md'), 'runtime-soak', section(found))
}
const faults = faultsOf(found)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
