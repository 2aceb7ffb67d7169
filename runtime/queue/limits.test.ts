import { expect, it } from 'vitest'
import { createSharedLimits, limitsOn } from './limits.ts'

const noon = 1_800_000_000_000

it('takes as many requests a second as it is told, a tenth of that at once', () => {
  const limits = limitsOn(createSharedLimits())
  const at = (now: number) => limits.pace(0, 100, now)
  expect(Array.from({ length: 11 }, () => at(noon))).toEqual([...new Array(10).fill(0), 10])
  expect([at(noon + 10), at(noon + 10)]).toEqual([0, 10])
})

it('goes by a higher rate at once, and by the clock also when that was put back', () => {
  const limits = limitsOn(createSharedLimits())
  expect(limits.pace(0, 0.001, noon)).toBe(0)
  expect(limits.pace(0, 0.001, noon + 1000)).toBe(999_000)
  expect(limits.pace(0, 100, noon + 2000)).toBe(0)

  expect(limits.pace(1, 100, noon)).toBe(0)
  expect(limits.pace(1, 100, noon - 3_600_000)).toBe(0)
})
