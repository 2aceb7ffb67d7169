/**
 * What a model's lanes weigh: a process that loads a file and runs it once, and then four times at once, and says what it
 * holds after each. Told the file, prints one JSON line; `measureLanes` runs it.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { chooseImplementation } from '../../engine/implementation.ts'
import { residentBytes } from '../../models/validate.ts'
import { numbersOf, workloads } from '../workloads.ts'

export const Lanes = z.object({ implementation: z.string(), oneMegabytes: z.number(), fourMegabytes: z.number() })
export type Lanes = z.infer<typeof Lanes>

const LANES = 4
const RUNS = 8
const megabytes = (): number => Math.round(residentBytes(process.pid) / 1e6)

const weigh = async (file: string): Promise<Lanes> => {
  const workload = workloads.find((each) => each.name === 'big')
  if (!workload) throw new Error('there is a big workload')
  const { input } = workload
  const tensors = () => [{ name: input.name, datatype: 'FP32' as const, shape: input.shape, data: numbersOf(workload) }]
  const session = chooseImplementation()(file, { intraOpThreads: 1 })
  for (let run = 0; run < RUNS; run++) session.run(tensors())
  const oneMegabytes = megabytes()
  const lane = async (): Promise<void> => {
    for (let run = 0; run < RUNS; run++) await (session.runElsewhere?.(tensors()) ?? session.run(tensors()))
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { implementation: session.implementation, oneMegabytes, fourMegabytes: megabytes() }
}

export const measureLanes = async (file: string): Promise<Lanes> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    fileURLToPath(import.meta.url),
    file,
  ])
  return Lanes.parse(JSON.parse(stdout))
}

const [script, file] = process.argv.slice(1)
if (script === fileURLToPath(import.meta.url) && file !== undefined) {
  process.stdout.write(`${JSON.stringify(await weigh(file))}\n`)
  process.exit(0)
}
