import { describe, expect, it } from 'vitest'
import { rowFrom, sumTrees, usageOf } from './resource-usage.ts'

describe('what processes use', () => {
  it('counts a process with all that it has started', () => {
    const rows = ['1 0 100 00:00:01', ' 10 1 200 00:01:00', '11 10 300 1-00:00:02', '12 11 400 0:01.50'].flatMap(
      rowFrom,
    )
    expect(sumTrees(rows, [10, 12])).toEqual(
      new Map([
        [10, { cpuSeconds: 60 + 86_402 + 1.5, memoryBytes: 900 * 1024 }],
        [12, { cpuSeconds: 1.5, memoryBytes: 400 * 1024 }],
      ]),
    )
  })

  it('finds this very process', async () => {
    expect((await usageOf([process.pid])).get(process.pid)?.memoryBytes).toBeGreaterThan(1_000_000)
  })
})
