import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLOAT_TEXT, writeFloat, writeFloats } from './float-writer.ts'

const textOf = (value: number): string => {
  const out = Buffer.alloc(FLOAT_TEXT)
  return out.toString('latin1', 0, writeFloat(out, 0, value))
}

const anyBits = fc
  .integer({ min: 0, max: 0xffffffff })
  .map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0)
const ordinary = fc.double({ min: -1000, max: 1000, noNaN: true }).map(Math.fround)

describe('single-precision numbers as JSON', () => {
  it('read back as the very same number', () => {
    fc.assert(
      fc.property(fc.oneof(anyBits, ordinary), (value) => {
        const text = textOf(value)
        expect(text.length).toBeLessThan(FLOAT_TEXT)
        const read: unknown = JSON.parse(text)
        if (Number.isNaN(value)) expect(read).toBe(null)
        else expect(Object.is(Math.fround(Number(read)), value)).toBe(true)
      }),
      { numRuns: 100_000 },
    )
  })

  it.each([
    [0.1, '0.1'],
    [0.5, '0.5'],
    [-2, '-2'],
    [0, '0'],
    [-0, '-0.0'],
    [1e8, '100000000'],
    [2.5390625, '2.5390625'],
    [0.001, '0.001'],
    [123456.79, '123456.79'],
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, '1e999'],
    [Number.NEGATIVE_INFINITY, '-1e999'],
  ])('%d is short', (value, text) => {
    expect(textOf(Math.fround(value))).toBe(text)
  })

  it('have at most nine digits where tensors mostly are', () => {
    const usual = fc.double({ min: 0.001, max: 1000, noNaN: true }).map(Math.fround)
    fc.assert(
      fc.property(usual, (value) => {
        expect(textOf(value).replace('.', '').replace(/^0+/, '').length).toBeLessThanOrEqual(9)
      }),
    )
  })

  it('come with commas', () => {
    const out = Buffer.alloc(3 * FLOAT_TEXT)
    const end = writeFloats(out, 0, Float32Array.of(9, 0.25, -1, 7, 9), 1, 4)
    expect(out.toString('latin1', 0, end)).toBe('0.25,-1,7')
  })
})
