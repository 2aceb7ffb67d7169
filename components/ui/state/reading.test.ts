import { describe, expect, it } from 'vitest'
import { readingOf } from './reading.ts'

const read = { data: [], error: null }
const reading = { data: undefined, error: null }
const failed = { data: undefined, error: new Error('away') }

describe('what stands on several queries', () => {
  it('is read once all of them are, also when one could not be read again', () => {
    expect(readingOf([read, read])).toBe('read')
    expect(readingOf([read, { data: [], error: new Error('away') }])).toBe('read')
  })

  it('is still being read while one is', () => {
    expect(readingOf([read, reading])).toBe('reading')
  })

  it('has failed as soon as one has, whatever the others do', () => {
    expect(readingOf([reading, failed, read])).toBe('failed')
  })
})
