/**
 * A long day in short: requests at a steady rate against three models, of which one loses its engine now and then, while a
 * fourth comes and goes. Only what was with a killed engine may fail, and only with 503.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ModelSpec } from '../control/contract.ts'
import { residentBytes } from '../models/validate.ts'
import { createRuntime, defaultConfig, type Runtime } from '../runtime.ts'
import { classifier, perceptron } from '../testing/models.ts'
import { until } from '../testing/until.ts'

export interface SoakOptions {
  seconds: number
  requestsPerSecond: number
  tell?: (line: string) => void
}

export interface SoakFindings {
  requests: number
  /** 503 from the model whose engine is killed. */
  expected: number
  /** Everything else that was not 200. */
  errors: number
  killed: number
  changes: number
  firstMegabytes: number
  lastMegabytes: number
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
  return JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width], data }] })
}

const megabytes = (): number => Math.round(residentBytes(process.pid) / 1_048_576)

export const soak = async ({ seconds, requestsPerSecond, tell = () => {} }: SoakOptions): Promise<SoakFindings> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-soak-'))
  const runtime = await createRuntime({ ...defaultConfig(() => {}), stateFolder: join(folder, 'state') })
  const found: SoakFindings = {
    requests: 0,
    expected: 0,
    errors: 0,
    killed: 0,
    changes: 0,
    firstMegabytes: 0,
    lastMegabytes: 0,
  }
  let end = 0
  const goesOn = (): boolean => performance.now() < end

  const ask = async (name: string): Promise<void> => {
    found.requests++
    const status = await fetch(`${runtime.url}/v2/models/${name}/infer`, { method: 'POST', body: bodyFor(name) })
      .then(async (response) => {
        await response.arrayBuffer()
        return response.status
      })
      .catch(() => 0)
    if (status === 200) return
    if (name === VICTIM && status === 503) found.expected++
    else found.errors++
  }

  const traffic = async (): Promise<void> => {
    const names = [...steady, VICTIM]
    const under = new Set<Promise<void>>()
    const began = performance.now()
    for (let sent = 0; goesOn(); ) {
      const due = ((performance.now() - began) / 1000) * requestsPerSecond
      for (; sent < due; sent++) {
        const asked = ask(names[sent % names.length] ?? VICTIM)
        under.add(asked)
        void asked.finally(() => under.delete(asked))
      }
      await pause(5)
    }
    await Promise.all(under)
  }

  const kills = async (): Promise<void> => {
    for (let last = performance.now(); goesOn(); await pause(100)) {
      if (performance.now() - last < Math.min(KILL_SECONDS, seconds / 3) * 1000) continue
      last = performance.now()
      const entry = runtime.models.entries().find((each) => each.name === VICTIM)
      const pid = entry?.loaded[0]?.supervised?.engine?.pid
      if (!pid) continue
      process.kill(pid, 'SIGKILL')
      found.killed++
    }
  }

  const changes = async (): Promise<void> => {
    for (let here = false, last = 0; goesOn(); await pause(100)) {
      if (performance.now() - last < Math.min(CHANGE_SECONDS, seconds / 6) * 1000) continue
      last = performance.now()
      if (here) runtime.models.remove(GUEST)
      else await put(runtime, folder, GUEST, perceptron([16, 64, 4], found.changes))
      here = !here
      found.changes++
    }
  }

  const memory = async (): Promise<void> => {
    for (let next = performance.now() + (seconds * 1000) / 10; goesOn(); await pause(100)) {
      if (performance.now() < next) continue
      next += (seconds * 1000) / 10
      found.lastMegabytes = megabytes()
      // The first tenth is warming up.
      if (found.firstMegabytes === 0) found.firstMegabytes = found.lastMegabytes
      tell(
        `${found.requests} requests, ${found.expected} lost with an engine, ${found.errors} errors, ${found.lastMegabytes} MB`,
      )
    }
  }

  try {
    for (const name of steady) await put(runtime, folder, name, perceptron([16, 32, 4]))
    await put(runtime, folder, VICTIM, classifier())
    for (const name of [...steady, VICTIM]) await until(`${name} is ready`, isReady(runtime, name))
    end = performance.now() + seconds * 1000
    await Promise.all([traffic(), kills(), changes(), memory()])
    return found
  } finally {
    await runtime.close()
    await rm(folder, { recursive: true, force: true })
  }
}
