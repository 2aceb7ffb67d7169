import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { workloads } from '../workloads.ts'
import { measureBare } from './bare.ts'
import { measureHog } from './hog.ts'
import { measureLanes } from './lanes.ts'
import { measureLoading } from './loading.ts'

const mid = workloads.find((each) => each.name === 'mid')
let folder: string
let file: string

beforeAll(async () => {
  if (!mid) throw new Error('there is a middling workload')
  folder = await mkdtemp(join(tmpdir(), 'modelyard-measure-'))
  file = join(folder, 'mid.onnx')
  await writeFile(file, mid.model())
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const PATIENCE = { timeout: 60_000 }

it('a hog is turned away at its limit, and the others are all answered', PATIENCE, async () => {
  const found = await measureHog({ folder, seconds: 1, rounds: 1, sharePerSecond: 60, setting: 'limited' })
  expect(found.failures).toBe(0)
  expect(found.hogRefused).toBeGreaterThan(found.hogAnswered)
  expect(found.hogAnswered).toBeLessThan(200)
  expect(found.ratio).toBeGreaterThan(0)
})

it('loading a model costs nobody an answer', PATIENCE, async () => {
  const found = await measureLoading({ folder, seconds: 1, loads: 2, file, megabytes: 7 })
  expect(found.failures).toBe(0)
  expect(found.requests).toBeGreaterThan(50)
  expect(found.loopP99).toBeGreaterThan(0)
})

it('four lanes weigh little more than one session', PATIENCE, async () => {
  const { oneMegabytes, fourMegabytes } = await measureLanes(file, 'mid')
  expect(fourMegabytes).toBeLessThan(oneMegabytes * 1.2)
})

it('a bare run and the parsing of a body are timed', PATIENCE, async () => {
  if (!mid) throw new Error('there is a middling workload')
  const { runMicros, parseMicros } = await measureBare(mid, file)
  expect(runMicros).toBeGreaterThan(parseMicros.binary)
  expect(parseMicros.JSON).toBeGreaterThan(0)
})
