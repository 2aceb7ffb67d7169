import { describe, expect, it } from 'vitest'
import { follow } from './edited.ts'

describe('a form over something that is stored', () => {
  const base = { text: 'a', version: 1 }

  it('keeps what was typed when another part is saved, and goes on top of it', () => {
    expect(follow(base, { text: 'a', version: 2 }, true)).toEqual({ next: { text: 'a', version: 2 }, restart: false })
  })

  it('shows what is stored while nobody has typed', () => {
    const stored = { text: 'b', version: 2 }
    expect(follow(base, stored, false)).toEqual({ next: stored, restart: true })
  })

  it('keeps what was typed when the same part was changed, and the version it was typed over', () => {
    expect(follow(base, { text: 'b', version: 2 }, true)).toEqual({ next: base, restart: false })
  })
})
