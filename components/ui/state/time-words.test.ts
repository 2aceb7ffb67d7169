import { describe, expect, it } from 'vitest'
import { exactTime, laterBy, relativeTime } from './time-words.ts'

const now = new Date('2026-03-10T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

describe('times in words', () => {
  it.each([
    [3, 'just now'],
    [42, '42 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [7200, '2 h ago'],
    [86_400 * 3, '3 d ago'],
    [86_400 * 90, '10 Dec 2025'],
    [-7200, 'in 2 h'],
  ])('tells %s seconds as "%s"', (seconds, words) => {
    expect(relativeTime(ago(seconds), now)).toBe(words)
  })

  it('tells the exact time with its zone', () => {
    expect(exactTime(now)).toBe('10 Mar 2026, 12:00:00 UTC')
  })

  it('tells how much later a step came, and never a negative time', () => {
    expect(laterBy(ago(3), now)).toBe('3 s later')
    expect(laterBy(now, ago(5))).toBe('at once')
  })
})
