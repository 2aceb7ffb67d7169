import { describe, expect, it } from 'vitest'
import { paint, step } from './paint.ts'

const empty = Array(9).fill(0)

describe('drawing', () => {
  it('fills the cell and leaves some ink beside it, not over the edge', () => {
    expect(paint(empty, 3, 2, 10, false)).toEqual([0, 3, 10, 0, 0, 3, 0, 0, 0])
  })

  it('never thins ink that is there', () => {
    expect(paint([0, 9, 0, 0, 0, 0, 0, 0, 0], 3, 2, 10, false)[1]).toBe(9)
  })

  it('takes the ink of one cell away', () => {
    expect(paint([5, 5, 5, 5, 5, 5, 5, 5, 5], 3, 4, 10, true)).toEqual([5, 5, 5, 5, 0, 5, 5, 5, 5])
  })

  it('moves by arrow keys and stops at the edge', () => {
    expect(step(0, 3, 'ArrowRight')).toBe(1)
    expect(step(2, 3, 'ArrowRight')).toBe(2)
    expect(step(1, 3, 'ArrowDown')).toBe(4)
    expect(step(1, 3, 'Tab')).toBeNull()
  })
})
