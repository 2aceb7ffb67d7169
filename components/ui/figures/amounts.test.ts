import { describe, expect, it } from 'vitest'
import { amountInWords, bytesInWords, costDelta, latency, percent, rate, usedOfLimit } from './amounts.ts'

const GiB = 2 ** 30

describe('amounts in words', () => {
  it('shows cores, whole where they are whole', () => {
    expect(amountInWords('cpu', 8000)).toBe('8')
    expect(amountInWords('cpu', 400)).toBe('0.4')
  })

  it('shows memory in the largest unit that fits', () => {
    expect(bytesInWords(24 * GiB)).toBe('24 GiB')
    expect(bytesInWords(512 * 2 ** 20)).toBe('512 MiB')
    expect(bytesInWords(1024 * GiB)).toBe('1 TiB')
    expect(bytesInWords(0)).toBe('0 GiB')
  })

  it('says the unit of use and limit once', () => {
    expect(usedOfLimit('memory', 33 * GiB, 64 * GiB)).toBe('33 of 64 GiB')
    expect(usedOfLimit('memory', 512 * 2 ** 20, 64 * GiB)).toBe('512 MiB of 64 GiB')
    expect(usedOfLimit('cpu', 19_000, 20_000)).toBe('19 of 20')
  })

  it('shows what a change costs, with its sign', () => {
    expect(costDelta(97.2)).toBe('+ $97')
    expect(costDelta(-26)).toBe('− $26')
    expect(costDelta(0.2)).toBe('–')
  })

  it('keeps small shares and times readable', () => {
    expect(percent(0.0002)).toBe('0.02 %')
    expect(percent(0.814)).toBe('81.4 %')
    expect(latency(0.0142)).toBe('14 ms')
    expect(latency(0.0042)).toBe('4.2 ms')
    expect(latency(1.5)).toBe('1.5 s')
    expect(rate(182.3)).toBe('182')
    expect(rate(0.25)).toBe('0.25')
  })
})
