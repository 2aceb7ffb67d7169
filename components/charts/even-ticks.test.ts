import { describe, expect, it } from 'vitest'
import { evenTicks } from './even-ticks.ts'

describe('the ticks of an axis', () => {
  it.each([
    [1.2, [0, 0.5, 1, 1.5]],
    [3, [0, 1, 2, 3]],
    [0.05, [0, 0.02, 0.04, 0.06]],
    [0.039, [0, 0.02, 0.04]],
    [182, [0, 100, 200]],
  ])('up to %d are even and countable', (most, ticks) => {
    expect(evenTicks(most)).toEqual(ticks)
  })

  it('still span something where nothing is above nothing', () => {
    expect(evenTicks(0)).toEqual([0, 1])
    expect(evenTicks(Number.NaN)).toEqual([0, 1])
  })
})
