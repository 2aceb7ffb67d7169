import { describe, expect, it } from 'vitest'
import { judge } from './judgement.ts'

const turns = (count: number, wait: (turn: number) => number) => Array.from({ length: count }, (_, turn) => wait(turn))

describe('whether the neighbour suffered', () => {
  it('does not count milliseconds that nobody notices', () => {
    expect(
      judge(
        turns(9, () => 1),
        turns(8, () => 8),
      ).fault,
    ).toBeUndefined()
  })

  it('finds it out on a busy machine as well', () => {
    const quiet = turns(9, (turn) => 30 + 10 * (turn % 3))
    expect(
      judge(
        quiet,
        turns(8, () => 130),
      ).fault,
    ).toContain('longer in 8 of 8 turns')
    expect(
      judge(
        quiet,
        turns(8, (turn) => 40 + 10 * (turn % 3)),
      ).fault,
    ).toBeUndefined()
  })

  it('does not judge by a few turns', () => {
    expect(judge([2, 2, 2], [200, 200]).fault).toBeUndefined()
  })

  it('does not blame the models for what comes and goes by itself', () => {
    // Somebody else works for three turns, in the middle of the last of which we are alone again.
    const bursts = judge(
      turns(9, (turn) => (turn === 4 ? 200 : 5)),
      turns(8, (turn) => (turn >= 2 && turn <= 4 ? 200 : 6)),
    )
    expect(bursts.fault).toBeUndefined()
    let seed = 7
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const wild = () => 20 * Math.exp(3 * random())
    for (let run = 0; run < 500; run++) expect(judge(turns(17, wild), turns(16, wild)).fault).toBeUndefined()
  })
})
