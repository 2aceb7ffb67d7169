/**
 * What a model's lanes weigh: a process that loads a file and runs it once, and then four times at once, and says what it
 * holds after each. Told the file and the workload's name, prints one JSON line; `measureLanes` runs it.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { chooseImplementation } from '../../engine/session/implementation.ts'
import { residentBytes } from '../../models/validate.ts'
import { numbersOf, workloads } from '../workloads.ts'

export const Lanes = z.object({ implementation: z.string(), oneMegabytes: z.number(), fourMegabytes: z.number() })
export type Lanes = z.infer<typeof Lanes>

const LANES = 4
const RUNS = 8
const megabytes = (): number => Math.round(residentBytes(process.pid) / 1e6)

const weigh = async (file: string, name: string): Promise<Lanes> => {
  const workload = workloads.find((each) => each.name === name)
  if (!workload) throw new Error(`there is no workload "${name}"`)
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

export const measureLanes = async (file: string, name: string): Promise<Lanes> => {
  const script = fileURLToPath(import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, file, name])
  return Lanes.parse(JSON.parse(stdout))
}

const [script, file, name] = process.argv.slice(1)
if (script === fileURLToPath(import.meta.url) && file !== undefined && name !== undefined) {
  process.stdout.write(`${JSON.stringify(await weigh(file, name))}\n`)
  process.exit(0)
}
