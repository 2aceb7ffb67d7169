import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Baseline, baselineOf, slower } from './baseline.ts'
import { check } from './check.ts'
import { type Cost, measureCosts } from './measure/cells.ts'
import { workloads } from './workloads.ts'

const last: Baseline = { machine: 'this one', costs: { 'tiny JSON': { connections: 16, micros: 40, overEcho: 4 } } }
const judge = (micros: number, overEcho: number, machine = 'this one') =>
  slower(last, { workload: 'tiny', kind: 'JSON', connections: 16, micros, overEcho }, machine)

it('calls a request slower when it costs over 15 % more, and says how much', () => {
  expect(judge(45, 4.5)).toBeUndefined()
  expect(judge(47, 4.7)).toMatch(/tiny JSON: a request costs 47.0 µs .* last time 40/)
})

it('forgives a busy hour, in which the echo server costs more as well', () => {
  expect(judge(60, 4.1)).toBeUndefined()
})

it('compares another machine by what its own echo server costs', () => {
  expect(judge(20, 4.8, 'a faster one')).toContain('4.80 times the echo server')
  expect(judge(90, 4.1, 'a slower one')).toBeUndefined()
})

it('has nothing to say of what was not measured last time', () => {
  expect(slower(last, { workload: 'new', kind: 'binary', connections: 16, micros: 1e6, overEcho: 99 })).toBeUndefined()
})

it('fails a runtime that is slower than it was, though not for one bad try', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [tiny] = workloads
  if (!tiny) throw new Error('there is a tiny workload')
  const bench = { folder, seconds: 1, rounds: 1, peers: [], tell: () => {}, failed: () => {} }
  const [cost] = await measureCosts(bench, tiny, [{ kind: 'JSON', connections: 16 }])
  if (!cost) throw new Error('nothing was measured')
  expect(cost.micros).toBeGreaterThan(1)
  expect(cost.overEcho).toBeGreaterThan(0)

  const scaled = (by: number): Cost => ({ ...cost, micros: cost.micros * by, overEcho: cost.overEcho * by })
  const checked = (...tries: number[]) => {
    const measure = async () => [scaled(tries.length > 1 ? (tries.shift() ?? 1) : (tries[0] ?? 1))]
    return check({ last: baselineOf([cost]), measure, tell: () => {} }, [tiny])
  }
  expect(await checked(1.1)).toEqual([])
  expect(await checked(1.3, 1.3, 1.1)).toEqual([])
  expect(await checked(1.3)).toEqual([expect.stringContaining('more than 15 % slower')])
})
