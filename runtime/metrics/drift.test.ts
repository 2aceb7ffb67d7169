import { expect, it } from 'vitest'
import { DriftState, driftWindow } from './drift.ts'

const profile = { age: { edges: [40], shares: [0.5, 0.5] } }
const minute = 60_000
const noon = 1_800_000_000_000

it('is made again of what was written down, and goes on forgetting by the same clock', () => {
  const before = driftWindow(profile)
  before.add({ age: [40, 0] }, noon)
  before.add({ age: [0, 60] }, noon + 20 * minute)
  const kept = DriftState.parse(JSON.parse(JSON.stringify(before.state())))
  const after = driftWindow(profile, kept)
  expect(after.scores(noon + 30 * minute)).toEqual(before.scores(noon + 30 * minute))
  after.add({ age: [0, 1] }, noon + 40 * minute)
  before.add({ age: [0, 61] }, noon + 70 * minute)
  expect(after.scores(noon + 70 * minute).get('age')).toBeGreaterThan(1) // the first forty are older than an hour
})

it('does not count what was written before the clock was put back', () => {
  const after = driftWindow(profile, [[noon + 90 * minute, { age: [100, 0] }]])
  expect(after.scores(noon).size).toBe(0)
})
