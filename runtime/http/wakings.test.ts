import { describe, expect, it } from 'vitest'
import { versionRoute } from '../testing/routes.ts'
import type { ModelRoute } from './route-table.ts'
import { Wakings } from './wakings.ts'

const route = (name = 'iris'): ModelRoute => ({
  name,
  tenant: 'ml',
  slot: 0,
  concurrency: 1,
  requestsPerSecond: 1,
  timeoutMilliseconds: 1000,
  versions: [],
})

const start = () => {
  let now = route()
  const tried: string[] = []
  const wakings = new Wakings(() => now)
  return {
    wakings,
    tried,
    change: () => {
      now = route()
    },
    come: (name: string, until = 1000) => {
      const caller = { gone: false }
      const waits = wakings.wait({ caller, model: now, until, again: () => void tried.push(name) })
      return { caller, waits }
    },
  }
}

describe('a caller of a model that is being loaded again', () => {
  it('is tried again when something has changed, once, and when the time is over', () => {
    const { wakings, tried, change, come } = start()
    come('first')
    wakings.sweep(20)
    expect(tried).toEqual([])
    change()
    wakings.sweep(40)
    wakings.sweep(60)
    expect(tried).toEqual(['first'])
    come('second', 100)
    wakings.sweep(99)
    expect(tried).toEqual(['first'])
    wakings.sweep(100)
    expect(tried).toEqual(['first', 'second'])
  })

  it('is forgotten when they leave', () => {
    const { wakings, tried, change, come } = start()
    const { caller } = come('first')
    caller.gone = true
    change()
    wakings.sweep(20)
    expect(tried).toEqual([])
  })

  it('may wait again, and is told at once when too many do', () => {
    const { wakings, tried, come, change } = start()
    for (let at = 0; at < 256; at++) expect(come(`${at}`).waits).toBe(true)
    expect(come('late').waits).toBe(false)
    change()
    wakings.sweep(20)
    expect(tried).toHaveLength(256)
    expect(come('next').waits).toBe(true)
  })

  it('waits as long as they have time for, and what they hold is given back when they leave', () => {
    const waking = { ...route(), versions: [versionRoute({ waking: true })] }
    const wakings = new Wakings(() => waking)
    const seen: string[] = []
    const come = (patience: number, until?: number) => {
      const caller = { gone: false, patience, forgotten: () => void seen.push('forgotten') }
      const waits = wakings.waitForLoad(caller, waking, until, (_model, end) => void seen.push(`until ${end}`))
      return { caller, waits }
    }
    const before = performance.now()
    const { caller } = come(0)
    expect(come(50).waits).toBe(true)
    expect(come(0, before - 1).waits).toBe(false)
    caller.gone = true
    wakings.sweep(before + 60_000)
    expect(seen[0]).toBe('forgotten')
    expect(Number(seen[1]?.slice('until '.length)) - before).toBeGreaterThanOrEqual(50)
    expect(seen).toHaveLength(2)
  })
})
