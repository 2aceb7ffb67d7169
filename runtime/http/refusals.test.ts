import { describe, expect, it } from 'vitest'
import { InferenceError } from '../protocol/errors.ts'
import { Refusals } from './refusals.ts'

const full = new InferenceError(429, 'too many', 1)

const start = () => {
  let now = 1000
  let round: (() => void) | undefined
  const refusals = new Refusals({
    now: () => now,
    after: (milliseconds, run) => {
      expect([milliseconds, round]).toEqual([2, undefined])
      round = run
    },
  })
  const answered: string[] = []
  const held: string[] = []
  const come = (tenant: string, name: string, bytes = 100) => {
    const caller = {
      gone: false,
      hold: () => {
        held.push(name)
        return bytes
      },
      refuse: () => void answered.push(name),
    }
    refusals.refuse(tenant, caller, full)
    return caller
  }
  return {
    come,
    crowd: (tenant: string, count: number, bytes?: number) =>
      Array.from({ length: count }, (_, index) => come(tenant, `${tenant}${index}`, bytes)),
    answered,
    held,
    pass: (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed += 2) {
        now += 2
        const run = round
        round = undefined
        run?.()
      }
    },
    isIdle: () => round === undefined,
  }
}

describe('who is refused', () => {
  it('hears of it at once while that is rare', () => {
    const { crowd, come, answered, held, pass, isIdle } = start()
    crowd('a', 10)
    pass(20)
    crowd('a', 10)
    come('b', 'b')
    expect(answered).toHaveLength(21)
    expect(held).toEqual([])
    expect(isIdle()).toBe(true)
  })

  it('waits in line while the tenant is refused very often, and no other tenant does', () => {
    const { crowd, come, answered, pass, isIdle } = start()
    crowd('a', 35)
    come('b', 'b')
    const first = Array.from({ length: 10 }, (_, index) => `a${index}`)
    expect(answered).toEqual([...first, 'b'])
    pass(2)
    expect(answered.at(-1)).toBe('a10')
    pass(20)
    expect(answered).toHaveLength(22)
    come('a', 'late')
    pass(30)
    expect(answered.slice(-2)).toEqual(['a34', 'late'])
    pass(2)
    expect(isIdle()).toBe(true)
  })

  it('never waits longer than a second', () => {
    const { crowd, answered, pass } = start()
    crowd('a', 5000)
    pass(998)
    expect(answered).toHaveLength(509)
    pass(2)
    expect(answered).toHaveLength(5000)
    crowd('a', 1)
    expect(answered).toHaveLength(5000)
  })

  it('is forgotten when they leave, and takes nobody’s turn', () => {
    const { crowd, answered, pass } = start()
    for (const caller of crowd('a', 30).slice(10, 20)) caller.gone = true
    pass(20)
    expect(answered.slice(10)).toEqual(Array.from({ length: 10 }, (_, index) => `a${index + 20}`))
  })

  it('is answered at once when those who wait hold much memory', () => {
    const { crowd, answered, held, pass } = start()
    crowd('a', 1000, 262_144)
    expect(held).toHaveLength(128)
    expect(answered).toHaveLength(872)
    pass(1000)
    crowd('b', 20)
    expect(held).toHaveLength(138)
  })
})
