/** A model of 150 MB is loaded, several times, while another answers: who asks must not notice, nor the accepting loop. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { until } from '../../testing/until.ts'
import { experienceOf, failuresOf, startSteadyLoad } from '../load/steady-load.ts'
import { startRuntime } from '../servers.ts'
import { bodyOf, workloads } from '../workloads.ts'
import { median } from './statistics.ts'

export interface LoadingFinding {
  megabytes: number
  loads: number
  loadSeconds: number
  requests: number
  failures: number
  /** Milliseconds until the accepting loop says that it is alive: quiet, and while the model is loaded. */
  quietLoopP99: number
  loopP99: number
  quietP99: number
  p99: number
}

export interface LoadingOptions {
  folder: string
  /** Seconds of quiet before, to compare with. */
  seconds: number
  loads: number
  /** The file of the big model. */
  file: string
  megabytes: number
}

const Status = z.object({ state: z.string(), message: z.string() })
const STEADY = 'steady'
const PER_SECOND = 300

export const measureLoading = async ({
  folder,
  seconds,
  loads,
  file,
  megabytes,
}: LoadingOptions): Promise<LoadingFinding> => {
  const [tiny] = workloads
  if (!tiny) throw new Error('there is a tiny workload')
  const home = await mkdtemp(join(folder, 'loading-'))
  await mkdir(home, { recursive: true })
  const socketPath = join(home, 'control')
  const runtime = await startRuntime(home, [{ name: STEADY, bytes: tiny.model() }], ['--control', socketPath])
  const control = new Agent({ connect: { socketPath } })
  const tell = async (method: 'GET' | 'PUT' | 'DELETE', name: string, spec?: unknown): Promise<unknown> => {
    const answer = await request(`http://runtime/models/${name}`, {
      method,
      dispatcher: control,
      ...(spec !== undefined && { body: JSON.stringify(spec) }),
    })
    return answer.body.json()
  }
  try {
    const { headers, body } = bodyOf(tiny, 'JSON')
    const url = runtime.url
    const load = startSteadyLoad([
      {
        name: STEADY,
        url,
        path: `/v2/models/${STEADY}/infer`,
        headers,
        body: body.toString('base64'),
        perSecond: PER_SECOND,
      },
      { name: 'loop', url, method: 'GET', path: '/v2/health/live', perSecond: PER_SECOND },
    ])
    await pause(1000)
    await load.take() // warming up
    await pause(seconds * 1000)
    const quiet = await load.take()
    const times: number[] = []
    for (let each = 0; each < loads; each++) {
      const name = `big-${each}`
      const from = performance.now()
      await tell('PUT', name, { tenant: 'bench', versions: [{ version: '1', path: file }] })
      await until(
        `${name} is ready`,
        async () => {
          const { state, message } = Status.parse(await tell('GET', name))
          if (state === 'Failed' || state === 'Quarantined') throw new Error(message)
          return state === 'Ready'
        },
        120_000,
      )
      times.push((performance.now() - from) / 1000)
      await tell('DELETE', name)
    }
    const busy = await load.stop()
    const [asked, loop] = [experienceOf(busy, STEADY), experienceOf(busy, 'loop')]
    return {
      megabytes,
      loads,
      loadSeconds: median(times),
      requests: asked.asked + loop.asked,
      failures: [...failuresOf(asked), ...failuresOf(loop)].reduce((sum, [, count]) => sum + count, 0),
      quietLoopP99: experienceOf(quiet, 'loop').p99,
      loopP99: loop.p99,
      quietP99: experienceOf(quiet, STEADY).p99,
      p99: asked.p99,
    }
  } finally {
    await control.close()
    await runtime.stop()
  }
}

export const writeBigModel = async (folder: string): Promise<{ file: string; megabytes: number }> => {
  const big = workloads.find((each) => each.name === 'big')
  if (!big) throw new Error('there is a big workload')
  const bytes = big.model()
  const file = join(folder, 'big.onnx')
  await writeFile(file, bytes)
  return { file, megabytes: Math.round(bytes.length / 1e6) }
}
