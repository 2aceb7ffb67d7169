import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slotReader } from './slot-reader.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelyard-slots-'))
  writeFileSync(join(folder, '1'), 'the first body')
  writeFileSync(join(folder, '2'), 'the second body')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('bodies read from slots', () => {
  it('keep their memory to themselves until they are released', () => {
    const slots = slotReader(folder)
    const first = slots.read(1, 14, undefined)
    const numbers = first.take(1000)
    const second = slots.read(2, 15, undefined)
    expect(second.take(1000)).not.toBe(numbers)
    expect([first.body.toString(), second.body.toString()]).toEqual(['the first body', 'the second body'])
    first.release()
    first.release()
    const third = slots.read(1, 14, undefined)
    const used = [first.body.buffer, numbers]
    expect(used).toContain(third.body.buffer)
    expect(used).toContain(third.take(1000))
    expect(used).not.toContain(third.take(1000))
  })

  it('lie so that tensors behind the JSON part can be read in place', () => {
    const { body } = slotReader(folder).read(1, 14, 5)
    expect((body.byteOffset + 5) % 8).toBe(0)
    expect(body.toString()).toBe('the first body')
  })

  it('are refused when they are shorter than was said', () => {
    const slots = slotReader(folder)
    expect(() => slots.read(1, 15, undefined)).toThrow('shorter than was said')
    expect(() => slots.read(3, 1, undefined)).toThrow('ENOENT')
  })
})
