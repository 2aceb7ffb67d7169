import { describe, expect, it } from 'vitest'
import { sparklinePath } from './sparkline-path.ts'

describe('a sparkline', () => {
  it('spans the box from the first time to the last, zero at the bottom', () => {
    const path = sparklinePath(
      [
        [0, 0],
        [10, 4],
      ],
      100,
      20,
    )
    expect(path).toBe('M0.0 18.0L100.0 2.0')
  })

  it('breaks where nothing was measured', () => {
    const path = sparklinePath(
      [
        [0, 1],
        [1, null],
        [2, 1],
      ],
      100,
      20,
    )
    expect(path).toBe('M0.0 2.0M100.0 2.0')
  })

  it('draws nothing where there was no traffic', () => {
    expect(sparklinePath([], 100, 20)).toBeNull()
    expect(
      sparklinePath(
        [
          [0, 0],
          [1, 0],
        ],
        100,
        20,
      ),
    ).toBeNull()
  })
})
