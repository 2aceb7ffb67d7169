import { describe, expect, it } from 'vitest'
import { returnMemory, takeMemory } from './kept-memory.ts'

describe('kept memory', () => {
  it('belongs to one at a time', () => {
    const first = takeMemory(100_000)
    const second = takeMemory(100_000)
    expect(second).not.toBe(first)
    returnMemory(first)
    returnMemory(first)
    expect(takeMemory(100_000)).toBe(first)
    expect(takeMemory(100_000)).not.toBe(first)
  })

  it('is the smallest that suffices', () => {
    const large = takeMemory(1_000_000)
    const small = takeMemory(70_000)
    returnMemory(large)
    returnMemory(small)
    expect(takeMemory(70_001)).toBe(small)
    expect(takeMemory(900_000)).toBe(large)
  })

  it('takes nothing that it did not give', () => {
    const foreign = new ArrayBuffer(262_144)
    returnMemory(foreign)
    expect(takeMemory(262_144)).not.toBe(foreign)
  })

  it('is not kept without bound', () => {
    const all = Array.from({ length: 8 }, () => takeMemory(20_000_000))
    for (const each of all) returnMemory(each)
    const again = Array.from({ length: 8 }, () => takeMemory(20_000_000))
    expect(again.filter((each) => all.includes(each))).toHaveLength(2)
  })
})
