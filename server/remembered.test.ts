import { describe, expect, it } from 'vitest'
import { remembered } from './remembered.ts'

function begin(keep?: (value: string) => boolean) {
  let now = 0
  const loads: string[] = []
  const memory = remembered(
    async (key) => {
      loads.push(key)
      if (key === 'bad') throw new Error('not now')
      return key.toUpperCase()
    },
    { milliseconds: 100, most: 2, now: () => now, ...(keep ? { keep } : {}) },
  )
  return {
    memory,
    loads,
    later: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

describe('what is remembered', () => {
  it('is asked for once by many, and again when its time is over', async () => {
    const { memory, loads, later } = begin()
    expect(await Promise.all([memory.of('a'), memory.of('a')])).toEqual(['A', 'A'])
    later(99)
    await memory.of('a')
    expect(loads).toEqual(['a'])
    later(1)
    await memory.of('a')
    expect(loads).toEqual(['a', 'a'])
  })

  it('is asked for anew after a change, a failure, and when it is not worth keeping', async () => {
    const { memory, loads } = begin((value) => value !== 'NO')
    await memory.of('a')
    memory.forget('a')
    await memory.of('a')
    await expect(memory.of('bad')).rejects.toThrow('not now')
    await expect(memory.of('bad')).rejects.toThrow('not now')
    await memory.of('no')
    await memory.of('no')
    expect(loads).toEqual(['a', 'a', 'bad', 'bad', 'no', 'no'])
  })

  it('is the newest of too many', async () => {
    const { memory, loads } = begin()
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await memory.of(key)
    expect(loads).toEqual(['a', 'b', 'c', 'a'])
  })
})
