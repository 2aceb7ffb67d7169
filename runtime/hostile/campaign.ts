/** Puts hostile models into a running runtime, one after the other, asks those that load, and watches a neighbour. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ModelSpec, type ModelStatus } from '../control/contract.ts'
import { createRuntime, defaultConfig, type Runtime } from '../runtime.ts'
import type { HostileModel } from '../testing/hostile-models.ts'
import { identity } from '../testing/models.ts'
import { until } from '../testing/until.ts'
import { askSteadily, type Experience } from './neighbour.ts'

export interface Outcome {
  name: string
  fate: HostileModel['fate']
  state: ModelStatus['state']
  message: string
}

export interface Campaign {
  outcomes: Outcome[]
  /** The neighbour, in turns: alone, then while some models are tried, alone again, and so on; alone at the end. */
  quiet: Experience[]
  busy: Experience[]
}

const WARM_UP_MILLISECONDS = 1000
/** Models tried between one quiet time and the next. */
const PIECE = 10
/** A quiet time is as long as the trying before it: the longer one looks, the more one sees of what others do. */
const FIRST_QUIET_MILLISECONDS = 1500
const LONGEST_QUIET_MILLISECONDS = 15_000
const settled: ModelStatus['state'][] = ['Ready', 'Failed', 'Quarantined']

const put = async (runtime: Runtime, name: string, folder: string, bytes: Uint8Array): Promise<ModelStatus> => {
  const path = join(folder, `${name}.onnx`)
  await writeFile(path, bytes)
  const limits = { timeoutMilliseconds: 500 }
  runtime.models.put(name, ModelSpec.parse({ tenant: 'stranger', limits, versions: [{ version: '1', path }] }))
  const status = await until(
    `${name} settles`,
    () => {
      const found = runtime.models.status(name)
      return found && settled.includes(found.state) && found
    },
    120_000,
  )
  await rm(path)
  return status
}

const Described = z.object({
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })),
})
const MOST_ELEMENTS = 10_000

/** Sends what the model says it takes, all ones. Whatever comes back: somebody must answer. */
const provoke = async (url: string, name: string): Promise<void> => {
  const response = await fetch(`${url}/v2/models/${name}`)
  const described = Described.safeParse(await response.json())
  const inputs = (described.data?.inputs ?? []).map(({ shape: declared, ...input }) => {
    const shape = declared.map((size) => (size === -1 ? 1 : size))
    const count = Math.min(
      shape.reduce((product, size) => product * size, 1),
      MOST_ELEMENTS,
    )
    const one = input.datatype === 'BYTES' ? 'one' : input.datatype === 'BOOL' ? true : 1
    return { ...input, shape, data: new Array(count).fill(one) }
  })
  const answer = await fetch(`${url}/v2/models/${name}/infer`, { method: 'POST', body: JSON.stringify({ inputs }) })
  await answer.arrayBuffer()
}

export const runCampaign = async (
  models: readonly HostileModel[],
  tell: (outcome: Outcome) => void = () => {},
): Promise<Campaign> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-hostile-'))
  const runtime = await createRuntime({
    ...defaultConfig(() => {}),
    stateFolder: join(folder, 'state'),
    engineMemoryMegabytes: 1024,
    validation: { timeoutMilliseconds: 5000, memoryMegabytes: 1024 },
  })
  try {
    await put(runtime, 'neighbour', folder, identity('float'))
    await until('the neighbour answers', async () => (await fetch(`${runtime.url}/v2/models/neighbour/ready`)).ok)
    const neighbour = askSteadily(runtime.url)
    await pause(WARM_UP_MILLISECONDS)
    await neighbour.take()
    const quiet: Experience[] = []
    const busy: Experience[] = []
    const outcomes: Outcome[] = []
    let began = performance.now()
    const restFor = async (milliseconds: number): Promise<void> => {
      await pause(Math.min(Math.max(milliseconds, FIRST_QUIET_MILLISECONDS), LONGEST_QUIET_MILLISECONDS))
    }
    for (const [at, { name, bytes, fate }] of models.entries()) {
      if (at % PIECE === 0) {
        const tried = performance.now() - began
        if (at > 0) busy.push(await neighbour.take())
        await restFor(at > 0 ? tried : 0)
        quiet.push(await neighbour.take())
        began = performance.now()
      }
      const { state, message } = await put(runtime, `hostile-${at}`, folder, bytes)
      if (state === 'Ready') await provoke(runtime.url, `hostile-${at}`)
      runtime.models.remove(`hostile-${at}`)
      const outcome = { name, fate, state, message }
      outcomes.push(outcome)
      tell(outcome)
    }
    busy.push(await neighbour.take())
    await restFor(performance.now() - began)
    quiet.push(await neighbour.stop())
    return { outcomes, quiet, busy }
  } finally {
    await runtime.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a campaign may not end with. */
export const faultsOf = ({ outcomes, quiet, busy }: Campaign): string[] => [
  ...outcomes
    .filter((each) => each.fate === 'refused' && each.state === 'Ready')
    .map((each) => `${each.name} is served and must not be`),
  ...outcomes
    .filter((each) => each.state !== 'Ready' && each.message.length < 20)
    .map((each) => `${each.name} is refused without a reason`),
  ...[...quiet, ...busy].flatMap(({ errors }) =>
    errors.map(([what, times]) => `the neighbour was not answered ${times} times: ${what}`),
  ),
]
