/**
 * Four tenants, each with a model of its own and a share of so many requests a second. Three keep to it; the fourth at
 * first does, then sends ten times as much. What do the three notice? Once with the share as the model's limit, so that
 * what is too much is turned away, once without any limit, where the queues alone must be fair, and once with an echo
 * server in the runtime's place, which has nothing to be unfair with: there, the load generators share out the machine.
 */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Experiences, experienceOf, failuresOf, startSteadyLoad } from '../load/steady-load.ts'
import { generate, WARM_UP_MILLISECONDS } from '../load/wrk.ts'
import { openLimits, type Server, startRuntime } from '../servers.ts'
import { makeTokens } from '../tokens.ts'
import { bodyOf, workloads } from '../workloads.ts'
import { startEcho } from './bare.ts'
import { median } from './statistics.ts'

/** Whether the share is the hog's limit, or there is none, or nothing but an echo server is there. */
export type HogSetting = 'limited' | 'open' | 'echo'

export interface HogFinding {
  setting: HogSetting
  sharePerSecond: number
  /** Milliseconds: of the three, median of the rounds. */
  calmP99: number
  hoggedP99: number
  /** hogged over calm, each round by itself, and then the median. */
  ratio: number
  /** Requests of the three that were not answered. */
  failures: number
  /** What the hog was answered and what was turned away, a second. */
  hogAnswered: number
  hogRefused: number
}

export interface HogOptions {
  folder: string
  seconds: number
  rounds: number
  sharePerSecond: number
  setting: HogSetting
}

const others = ['calm-a', 'calm-b', 'calm-c']
const HOG = 'hog'
const TIMES = 10

const p99Of = (taken: Experiences): number => median(others.map((name) => experienceOf(taken, name).p99))

export const measureHog = async ({
  folder,
  seconds,
  rounds,
  sharePerSecond,
  setting,
}: HogOptions): Promise<HogFinding> => {
  const [tiny] = workloads
  if (!tiny) throw new Error('there is a tiny workload')
  const home = await mkdtemp(join(folder, 'hog-'))
  const names = [...others, HOG]
  const tokens = await makeTokens(home, names)
  const bytes = tiny.model()
  // A tenth above, so that who keeps to the share by chance sends a little more in one second than in another.
  const limits =
    setting === 'limited' ? { ...openLimits, requestsPerSecond: Math.round(sharePerSecond * 1.1) } : openLimits
  const served = names.map((name) => {
    return { name, bytes, settings: { tenant: name, limits: name === HOG ? limits : openLimits } }
  })
  const server: Pick<Server, 'url' | 'stop'> =
    setting === 'echo' ? await startEcho(tiny) : await startRuntime(home, served, tokens.flags)
  const { headers, body } = bodyOf(tiny, 'JSON')
  const headersOf = (name: string) => ({ ...headers, Authorization: tokens.bearer(name) })
  try {
    const load = startSteadyLoad(
      others.map((name) => ({
        name,
        url: server.url,
        path: `/v2/models/${name}/infer`,
        headers: headersOf(name),
        body: body.toString('base64'),
        perSecond: sharePerSecond,
      })),
    )
    const hogFor = async (times: number) => {
      const generating = generate({
        url: server.url,
        path: `/v2/models/${HOG}/infer`,
        body: { headers: headersOf(HOG), body },
        connections: 16,
        seconds,
        folder: home,
        perSecond: sharePerSecond * times,
      })
      generating.catch(() => {}) // whoever waits for it below hears of it
      // What its generator takes to get going is not what the hog does to the others.
      await pause(WARM_UP_MILLISECONDS)
      await load.take()
      await pause(seconds * 1000)
      const taken = await load.take()
      return { hog: await generating, taken }
    }
    await hogFor(1) // warming up
    const found: { calm: Awaited<ReturnType<typeof hogFor>>; hogged: Awaited<ReturnType<typeof hogFor>> }[] = []
    for (let round = 0; round < rounds; round++) found.push({ calm: await hogFor(1), hogged: await hogFor(TIMES) })
    await load.stop()
    const failures = found
      .flatMap(({ calm, hogged }) => [calm.taken, hogged.taken])
      .flatMap((taken) => others.flatMap((name) => failuresOf(experienceOf(taken, name))))
    const refused = median(found.map(({ hogged }) => hogged.hog.errors / seconds))
    return {
      setting,
      sharePerSecond,
      calmP99: median(found.map(({ calm }) => p99Of(calm.taken))),
      hoggedP99: median(found.map(({ hogged }) => p99Of(hogged.taken))),
      ratio: median(found.map(({ calm, hogged }) => p99Of(hogged.taken) / p99Of(calm.taken))),
      failures: failures.reduce((sum, [, times]) => sum + times, 0),
      hogAnswered: median(found.map(({ hogged }) => hogged.hog.requestsPerSecond)) - refused,
      hogRefused: refused,
    }
  } finally {
    await server.stop()
  }
}
