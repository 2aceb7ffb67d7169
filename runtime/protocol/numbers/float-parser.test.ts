import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileAssembly } from './compile-assembly.ts'
import { readFloatRun } from './float-parser.ts'

const NUMBER = /[ \t\n\r]*(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)[ \t\n\r]*/y

/** Reads, and goes over the same text by the grammar: what was taken must be numbers, each the right one. */
const readAndCheck = (text: string, tail = '', most = 1000) => {
  const out = new Float32Array(most)
  const bytes = Buffer.from(text + tail)
  const run = readFloatRun(bytes, 0, text.length, out, 0)
  let at = 0
  for (let index = 0; index < run.filled; index++) {
    NUMBER.lastIndex = at
    const number = NUMBER.exec(text)?.[1]
    if (number === undefined) throw new Error(`took something for a number: ${text.slice(at, at + 40)}`)
    expect([number, out[index]]).toEqual([number, Math.fround(Number(number))])
    at = NUMBER.lastIndex
    const last = index === run.filled - 1 && !run.more
    expect(text[at] === ',').toBe(!last)
    if (!last) at++
  }
  expect(run.position).toBe(at)
  return run
}

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most })
const sign = fc.constantFrom('', '', '-')
const whole = fc.oneof(fc.constant('0'), fc.nat(3000).map(String), digits(1, 18))
const fraction = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.nat(24), digits(1, 24)).map(([zeros, rest]) => `.${'0'.repeat(zeros)}${rest}`),
  digits(14, 18).map((each) => `.${each}`),
)
const exponent = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat(45)).map((parts) => parts.join('')),
)
const written = fc.tuple(sign, whole, fraction, exponent).map((parts) => parts.join(''))

describe('a run of numbers', () => {
  it('is never read wrong, whatever the numbers look like', () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(',', ', ', ' ,\n  '),
        (all, comma) => {
          readAndCheck(`${all.join(comma)}]`)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it('stops before what is no number', () => {
    const junk = fc.string({ unit: fc.constantFrom(...'0019.eE+-,, \nnN"[]'), maxLength: 40 })
    fc.assert(
      fc.property(junk, (text) => void readAndCheck(text)),
      { numRuns: 50_000 },
    )
  })

  it('is right close to where the nearest single changes', () => {
    const single = fc.double({ min: 2 ** -20, max: 2 ** 30, noNaN: true }).map(Math.fround)
    const step = fc.integer({ min: -4, max: 4 })
    fc.assert(
      fc.property(single, step, fc.boolean(), (value, steps, exact) => {
        const ulp = 2 ** (Math.floor(Math.log2(value)) - 23)
        const between = value + ulp / 2
        const near = between + steps * 2 ** (Math.floor(Math.log2(value)) - 52)
        readAndCheck(`${exact ? between.toPrecision(60) : near},1]`)
      }),
      { numRuns: 20_000 },
    )
  })

  it('takes practically everything that doubles and singles look like', () => {
    const values = Array.from({ length: 20_000 }, (_, at) => Math.sin(at * 0.7) * 10 ** ((at % 9) - 4))
    for (const numbers of [values, values.map(Math.fround), values.map((each) => Math.round(each * 1e8))]) {
      let stops = 0
      for (let at = 0; at < numbers.length; at += 100) {
        const run = readAndCheck(`${numbers.slice(at, at + 100).join()}]`)
        if (run.filled < 100) stops++
      }
      expect(stops).toBeLessThan(5)
    }
  })

  it('goes on over any length of text, wherever a number is cut', () => {
    const numbers = Float32Array.from({ length: 30_000 }, (_, at) => Math.sin(at) * 100)
    const text = `${Array.from(numbers).join()}]`
    for (let shift = 0; shift < 24; shift++) {
      const out = new Float32Array(numbers.length)
      const run = readFloatRun(Buffer.from(' '.repeat(shift) + text), 0, shift + text.length, out, 0)
      expect(run).toEqual({ position: shift + text.length - 1, filled: numbers.length, more: false })
      expect(Buffer.compare(Buffer.from(out.buffer), Buffer.from(numbers.buffer))).toBe(0)
    }
  })

  it('takes no number that its text may cut, nor anything from behind it or from before', () => {
    readAndCheck('7777777777777777777777777777777777777777,1]')
    for (const text of ['1', '1.', '1.5', '-', '1e', '1.5e-', '0.000', '', '1.234567890123456']) {
      expect(readAndCheck(text, '5,5]')).toEqual({ position: 0, filled: 0, more: true })
      expect(readAndCheck(`3,${text}`, '5,5]')).toMatchObject({ filled: 1, more: true })
    }
  })

  it('stops before numbers for which there is no room', () => {
    expect(readAndCheck('1,2,3]', '', 2)).toEqual({ position: 4, filled: 2, more: true })
    expect(readAndCheck('1,2]', '', 2)).toEqual({ position: 3, filled: 2, more: false })
    expect(readAndCheck('1,2', '', 0)).toEqual({ position: 0, filled: 0, more: true })
  })

  it('goes on where it stopped', () => {
    const out = new Float32Array(4)
    const bytes = Buffer.from('1.5,NaN,-2.25,3]')
    expect(readFloatRun(bytes, 0, bytes.length, out, 0)).toEqual({ position: 4, filled: 1, more: true })
    expect(readFloatRun(bytes, 8, bytes.length, out, 2, 4, true)).toEqual({ position: 15, filled: 4, more: false })
    expect(out).toEqual(Float32Array.of(1.5, 0, -2.25, 3))
    // Other bytes in the same place are read as they are now.
    bytes.write('9.5')
    expect(readFloatRun(bytes, 0, bytes.length, out, 0).filled).toBe(1)
    expect(out[0]).toBe(9.5)
  })

  it('is read by what its source says', async () => {
    const loaded = readFileSync(join(import.meta.dirname, 'float-run.wasm'))
    expect(loaded.equals(await compileAssembly()), 'run npm run runtime:assembly').toBe(true)
  })
})
