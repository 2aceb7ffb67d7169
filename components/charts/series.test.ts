import { describe, expect, it } from 'vitest'
import { chartInWords, chartRows, hasValues } from './series.ts'

const line = (name: string, points: [number, number | null][]) => ({ name, color: 'teal', points })

describe('the rows of a chart', () => {
  it('bring series together by time, in order', () => {
    const rows = chartRows([
      line('p50', [
        [20, 2],
        [10, 1],
      ]),
      line('p95', [[20, 9]]),
    ])
    expect(rows).toEqual([
      { at: 10, p50: 1 },
      { at: 20, p50: 2, p95: 9 },
    ])
  })

  it('are told in words', () => {
    const words = chartInWords(
      'Latency',
      [
        line('p95', [
          [1, 9],
          [2, 4],
          [3, null],
        ]),
        line('p99', []),
      ],
      (value) => `${value} ms`,
    )
    expect(words).toBe('Latency. p95: now 4 ms, at most 9 ms. p99: nothing measured.')
  })

  it('know when there is nothing to draw', () => {
    expect(hasValues([line('p50', [[1, null]])])).toBe(false)
  })
})
