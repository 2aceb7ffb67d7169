/**
 * A long day in short: requests at a steady rate against three models, of which one loses its engine now and then, while a
 * fourth comes and goes. Only what was with a killed engine may fail, and only with 503. The load comes from a process of
 * its own; this one holds the server, so its memory is the server's.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Experiences, experienceOf, failuresOf, startSteadyLoad } from '../bench/load/steady-load.ts'
import { ModelSpec } from '../control/contract.ts'
import { residentBytes } from '../models/validate.ts'
import { createRuntime, defaultConfig, type Runtime } from '../runtime.ts'
import { classifier, perceptron } from '../testing/models.ts'
import { until } from '../testing/until.ts'
import { type MemorySample, type SoakFindings, sumUp } from './findings.ts'

export interface SoakOptions {
  seconds: number
  requestsPerSecond: number
  tell?: (line: string) => void
}

const steady = ['steady-a', 'steady-b'] as const
const VICTIM = 'victim'
const GUEST = 'guest'
const KILL_SECONDS = 40
const CHANGE_SECONDS = 7

const put = async (runtime: Runtime, folder: string, name: string, bytes: Uint8Array): Promise<void> => {
  const path = join(folder, `${name}.onnx`)
  await writeFile(path, bytes)
  runtime.models.put(name, ModelSpec.parse({ tenant: 'ml', versions: [{ version: '1', path }] }))
}

const isReady = (runtime: Runtime, name: string) => async (): Promise<boolean> =>
  (await fetch(`${runtime.url}/v2/models/${name}/ready`)).ok

const bodyFor = (name: string): string => {
  const width = name === VICTIM ? 2 : 16
  const data = Array.from({ length: width }, () => Math.random())
  return Buffer.from(JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width], data }] })).toString(
    'base64',
  )
}

const engineOf = (runtime: Runtime, name: string): number | undefined =>
  runtime.models.entries().find((each) => each.name === name)?.loaded[0]?.supervised?.engine?.pid

const megabytes = (pid: number | undefined): number => (pid === undefined ? 0 : residentBytes(pid) / 1_048_576)

export const soak = async ({ seconds, requestsPerSecond, tell = () => {} }: SoakOptions): Promise<SoakFindings> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-soak-'))
  const runtime = await createRuntime({ ...defaultConfig(() => {}), stateFolder: join(folder, 'state') })
  const names = [...steady, VICTIM]
  const experiences: Experiences[] = []
  const memory: MemorySample[] = []
  let killed = 0
  let changes = 0
  let end = 0
  const every = async (period: number, act: () => void | Promise<void>): Promise<void> => {
    for (let next = performance.now() + period * 1000; performance.now() < end; await pause(50)) {
      if (performance.now() < next) continue
      next += period * 1000
      await act()
    }
  }

  const kill = (): void => {
    const pid = engineOf(runtime, VICTIM)
    if (pid === undefined) return
    process.kill(pid, 'SIGKILL')
    killed++
  }

  let guestIsHere = false
  const change = async (): Promise<void> => {
    if (guestIsHere) runtime.models.remove(GUEST)
    else await put(runtime, folder, GUEST, perceptron([16, 64, 4], changes))
    guestIsHere = !guestIsHere
    changes++
  }

  const weigh = (): void => {
    const engines = steady.reduce((sum, name) => sum + megabytes(engineOf(runtime, name)), 0)
    memory.push({ server: megabytes(process.pid), engines })
  }

  try {
    for (const name of steady) await put(runtime, folder, name, perceptron([16, 32, 4]))
    await put(runtime, folder, VICTIM, classifier())
    for (const name of names) await until(`${name} is ready`, isReady(runtime, name))
    end = performance.now() + seconds * 1000
    const load = startSteadyLoad(
      names.map((name) => ({
        name,
        url: runtime.url,
        path: `/v2/models/${name}/infer`,
        body: bodyFor(name),
        perSecond: requestsPerSecond / names.length,
      })),
    )
    const take = async (): Promise<void> => {
      const taken = await load.take()
      experiences.push(taken)
      const failed = names.flatMap((name) =>
        failuresOf(experienceOf(taken, name)).map((each) => [name, ...each].join(' ')),
      )
      const { server = 0, engines = 0 } = memory.at(-1) ?? {}
      tell(
        `${Math.round(seconds - (end - performance.now()) / 1000)} s: server ${server.toFixed(0)} MB, two engines ${engines.toFixed(0)} MB; ${failed.join(', ') || 'nothing failed'}`,
      )
    }
    await Promise.all([
      every(Math.min(KILL_SECONDS, seconds / 3), kill),
      every(Math.min(CHANGE_SECONDS, seconds / 6), change),
      every(Math.min(5, seconds / 40), weigh),
      every(Math.min(60, seconds / 10), take),
    ])
    experiences.push(await load.stop())
    return { ...sumUp({ experiences, memory, steady, victim: VICTIM }), killed, changes, seconds }
  } finally {
    await runtime.close()
    await rm(folder, { recursive: true, force: true })
  }
}
