/** What was wished for, what was measured, and whether that is enough. */
import { availableParallelism } from 'node:os'
import type { Cell } from '../measure/cells.ts'
import type { HogFinding, HogSetting } from '../measure/hog.ts'
import type { Lanes } from '../measure/lanes.ts'
import type { LoadingFinding } from '../measure/loading.ts'
import type { Kind } from '../workloads.ts'

export interface Results {
  cells: readonly Cell[]
  hogs: readonly HogFinding[]
  loading: LoadingFinding | undefined
  lanes: Lanes | undefined
}

export interface Goal {
  goal: string
  wanted: string
  measured: string
  /** Undefined where nothing was measured. */
  met: boolean | undefined
}

/** Requests a second that could be served if each were received, parsed and run, and nothing else. */
export const serialBound = ({ echo, bare, kind }: Cell): number => {
  const cores = availableParallelism()
  const echoMicros = (cores * 1e6) / echo.requestsPerSecond
  return (cores * 1e6) / (echoMicros + bare.parseMicros[kind] + bare.runMicros)
}

export const addedMilliseconds = ({ oursAloneP50, bare }: Cell): number => oursAloneP50 - bare.runMicros / 1000

const atLeast = (goal: string, value: number, limit: number, show: (value: number) => string): Goal => ({
  goal,
  wanted: `≥ ${show(limit)}`,
  measured: Number.isFinite(value) ? show(value) : 'not measured',
  met: Number.isFinite(value) ? value >= limit : undefined,
})

/** `floor` is what an echo server shows in the same place. */
const atMost = (
  goal: string,
  value: number,
  limit: number,
  show: (value: number) => string,
  floor = Number.NaN,
): Goal => ({
  goal,
  wanted: `≤ ${show(limit)}`,
  measured: Number.isFinite(value)
    ? `${show(value)}${Number.isFinite(floor) ? ` (echo server: ${show(floor)})` : ''}`
    : 'not measured',
  met: Number.isFinite(value) ? value <= limit : undefined,
})

const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ×`
const percent = (value: number): string => `${Math.round(value * 100)} %`
const milliseconds = (value: number): string => `${value.toFixed(value < 1 ? 3 : 2)} ms`
const whole = (value: number): string => value.toFixed(0)

const WANTED_RATIO = { JSON: 4, binary: 6 } as const

export const goalsOf = ({ cells, hogs, loading, lanes }: Results): Goal[] => {
  const cell = (workload: string, kind: Kind) => cells.find((each) => each.workload === workload && each.kind === kind)
  const small = (['tiny', 'mid'] as const).flatMap((workload) =>
    (['JSON', 'binary'] as const).map((kind) => ({ name: `${workload}, ${kind}`, kind, found: cell(workload, kind) })),
  )
  const hogRatio = (setting: HogSetting) => hogs.find((each) => each.setting === setting)?.ratio
  const [json, binary] = [cell('image', 'JSON'), cell('image', 'binary')]
  const goals: Goal[] = [
    ...small.map(({ name, kind, found }) =>
      atLeast(
        `requests a second over the best FastAPI variant: ${name}`,
        found?.ratio ?? Number.NaN,
        WANTED_RATIO[kind],
        times,
      ),
    ),
    ...small.map(({ name, found }) =>
      atLeast(
        `share of the serial bound: ${name}`,
        found ? found.ours.requestsPerSecond / serialBound(found) : Number.NaN,
        0.8,
        percent,
      ),
    ),
    ...small.map(({ name, found }) =>
      atMost(
        `added to a bare run, one client, p50: ${name}`,
        found ? addedMilliseconds(found) : Number.NaN,
        0.15,
        milliseconds,
      ),
    ),
    atMost(
      '150,528 numbers as JSON over the same as binary, one client, p50',
      json && binary ? json.oursAloneP50 / binary.oursAloneP50 : Number.NaN,
      4,
      times,
    ),
    ...small.map(({ name, found }) =>
      atMost(
        `p99 over p50 at 70 % of saturation: ${name}`,
        found?.tail.ratio ?? Number.NaN,
        3,
        times,
        found?.echoTail?.ratio,
      ),
    ),
    ...(['limited', 'open'] as const).map((setting) =>
      atMost(
        `others’ p99 with a tenant at ten times its share (${setting === 'limited' ? 'shares as limits' : 'no limits'})`,
        hogRatio(setting) ?? Number.NaN,
        1.3,
        times,
        hogRatio('echo'),
      ),
    ),
    atMost('accepting loop, p99, while 151 MB are loaded', loading?.loopP99 ?? Number.NaN, 5, milliseconds),
    atMost('requests that fail while 151 MB are loaded', loading?.failures ?? Number.NaN, 0, whole),
    atMost(
      'memory of four lanes over one session, 151 MB',
      lanes ? lanes.fourMegabytes / lanes.oneMegabytes : Number.NaN,
      1.2,
      times,
    ),
  ]
  return goals
}
