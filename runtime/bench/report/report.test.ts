import { expect, it } from 'vitest'
import type { Cell, Figures } from '../measure/cells.ts'
import type { Kind } from '../workloads.ts'
import { addedMilliseconds, goalsOf, serialBound } from './goals.ts'
import { report } from './report.ts'

const figures = (server: string, requestsPerSecond: number): Figures => ({
  server,
  connections: 16,
  requestsPerSecond,
  microsPerRequest: 20,
  p50: 0.5,
  p99: 1,
  errors: 0,
})

const cell = (workload: string, kind: Kind, ratio: number): Cell => ({
  workload,
  kind,
  ours: figures('this runtime', 40_000),
  oursAloneP50: 0.1,
  tail: { requestsPerSecond: 28_000, p50: 0.4, p99: 1.1, ratio: 2.75 },
  echoTail: { requestsPerSecond: 70_000, p50: 0.2, p99: 0.5, ratio: 2.5 },
  fastApiTail: undefined,
  fastApi: figures('FastAPI, 2 workers', 10_000),
  fastApiAloneP50: 0.12,
  ratio,
  echo: figures('echo', 100_000),
  overEcho: 4,
  bare: { runMicros: 4, parseMicros: { JSON: 1, binary: 2 } },
  heats: [figures('MLServer, onnxruntime', 3000)],
})

const cells = [cell('tiny', 'JSON', 4.1), cell('tiny', 'binary', 5.9)]
const results = {
  cells,
  hogs: [],
  loading: undefined,
  lanes: { implementation: 'x', oneMegabytes: 100, fourMegabytes: 130 },
}
const goal = (name: string) => goalsOf(results).find((each) => each.goal.includes(name))

it('judges each goal by what was measured, and none that was not', () => {
  expect(goal('FastAPI variant: tiny, JSON')).toMatchObject({ measured: '4.10 ×', met: true })
  expect(goal('FastAPI variant: tiny, binary')).toMatchObject({ wanted: '≥ 6.00 ×', met: false })
  expect(goal('FastAPI variant: mid, JSON')).toMatchObject({ measured: 'not measured', met: undefined })
  expect(goal('four lanes')).toMatchObject({ measured: '1.30 ×', met: false })
  expect(goal('ten times its share')?.met).toBeUndefined()
})

it('takes the serial bound from echo, parsing and one run, and the added time from the run', () => {
  const [json] = cells
  if (!json) throw new Error('there is a cell')
  expect(addedMilliseconds(json)).toBeCloseTo(0.096)
  // With so many cores as there are, each request costs cores / 100,000 s on the echo server, and 5 µs more.
  expect(serialBound(json)).toBeLessThan(100_000)
  expect(serialBound(json)).toBeGreaterThan(60_000)
})

it('names the peers that could not be measured and why, and marks what was only published', () => {
  const page = report(results, {
    versions: 'Node.',
    loadBefore: 0.1,
    generator: 'wrk',
    seconds: 1,
    rounds: 1,
    failures: [{ server: 'BentoML', why: 'pip install failed' }],
  })
  expect(page).toContain('* BentoML: pip install failed')
  expect(page).toContain('Triton, **published, not measured here**')
  expect(page).toContain('| **not met** |')
  expect(page.split('\n').every((line) => !line.startsWith('| undefined'))).toBe(true)
})
