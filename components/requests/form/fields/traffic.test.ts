import { describe, expect, it } from 'vitest'
import { addVersion, shareLeft, withVersion } from './traffic.ts'

const share = (version: number, weight: number, shadow = false) => ({ version, weight, shadow })

describe('sharing traffic', () => {
  it('gives a version that joins a tenth of the largest', () => {
    expect(addVersion([share(3, 100)], 4)).toEqual([share(3, 90), share(4, 10)])
  })

  it('gives a version that joins what nobody has', () => {
    expect(addVersion([share(3, 60)], 4)).toEqual([share(3, 60), share(4, 40)])
  })

  it('lets the other of two versions follow', () => {
    expect(withVersion([share(3, 90), share(4, 10)], 1, { weight: 25 })).toEqual([share(3, 75), share(4, 25)])
  })

  it('does not count a shadow', () => {
    expect(shareLeft([share(3, 100), share(4, 50, true)])).toBe(0)
    expect(shareLeft([share(3, 80), share(4, 50)])).toBe(-30)
  })
})
