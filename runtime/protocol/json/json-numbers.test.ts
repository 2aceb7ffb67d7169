import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Datatype, datatypeFacts, type Tensor } from '../datatypes.ts'
import { JsonReader } from './json-reader.ts'
import { readTensorData, writeTensorData } from './tensor-json.ts'

const tensor = (datatype: Datatype, shape: number[]): Tensor => {
  const facts = datatypeFacts(datatype)
  return {
    name: 'x',
    datatype,
    shape,
    data: facts.kind === 'bytes' ? [] : new facts.make(shape.reduce((a, b) => a * b, 1)),
  }
}

const read = (text: string, datatype: Datatype, shape: number[], tail = '') => {
  const out = tensor(datatype, shape)
  const bytes = Buffer.from(text + tail)
  const reader = new JsonReader(bytes, 0, Buffer.byteLength(text))
  readTensorData(reader, out)
  return { out, rest: reader.end - reader.position }
}

const bits = (values: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(values).buffer)

describe('numbers from JSON', () => {
  it('are what JSON.parse and rounding to single would make of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const { out } = read(JSON.stringify(values), 'FP32', [values.length])
          if (Array.isArray(out.data)) throw new Error('no numbers')
          expect(bits(Array.from(out.data, Number))).toEqual(bits(values.map((value) => Number(JSON.stringify(value)))))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('keep single precision through their own text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const { out } = read(JSON.stringify(values), 'FP32', [values.length])
          expect(out.data).toEqual(Float32Array.from(values.map((value) => Number(JSON.stringify(value)))))
          const written: unknown = JSON.parse(`[${writeTensorData(out)}]`)
          if (!Array.isArray(written)) throw new Error('no array')
          expect(bits(written)).toEqual(bits(Array.from(out.data, Number)))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('are the very doubles that JSON.parse makes of them, where doubles are wanted', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 20 })
    const whole = fc.oneof(
      fc.constant('0'),
      digits.map((each) => `1${each}`),
      fc.bigInt({ min: 2n ** 53n - 50n, max: 2n ** 53n + 50n }).map(String),
      fc.bigInt({ min: 0n, max: 2n ** 53n }).map(String),
    )
    const fraction = fc.oneof(
      fc.constant(''),
      digits.map((each) => `.${each}`),
    )
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -30, max: 30 }).map((each) => `e${each}`),
    )
    const written = fc.oneof(
      fc.tuple(fc.constantFrom('', '-'), whole, fraction, exponent).map((parts) => parts.join('')),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => JSON.stringify(each)),
      fc.double({ min: -1000, max: 1000, noNaN: true }).map((each) => JSON.stringify(each)),
    )
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 20 }), (texts) => {
        const { out } = read(`[${texts}]`, 'FP64', [texts.length])
        expect(out.data).toEqual(Float64Array.from(texts.map(Number)))
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    '0.1e3',
    '1E-5',
    '123456789012345678901234567890',
    '0.000000000000000000000000000001',
    '3.4028235677973366e38',
    '1e-46',
    '16777217',
    '0.5000000298023224',
    '7.038531e-26',
    '9007199254740993',
    '0.00012345678901234567890',
    '1.00000000000000000000000000001',
    '-0.0',
    '8.589973e9',
    '1.17549435e-38',
    '123456789.123456789123456789',
    '999999999.9999999999',
    '0',
    '-0',
    '2.00000011920928955078125',
  ])('reads %s as everybody does', (text) => {
    const { out } = read(`[ ${text} ,${text}]`, 'FP32', [2])
    const wanted = Math.fround(Number(text))
    expect(bits(Array.from(out.data, Number))).toEqual(bits([wanted, wanted]))
    expect(Array.from(read(`[${text}]`, 'FP64', [1]).out.data, Number)).toEqual([Number(text)])
  })

  it.each([
    '[1 2]',
    '[1,]',
    '[,1]',
    '[01,2]',
    '[1.,2]',
    '[.5,2]',
    '[+1,2]',
    '[1e,2]',
    '[1,2',
    '[--1,2]',
    '[1,2]x',
    '[0x10,2]',
    '["1",2]',
    '[1,true]',
    '[[1],2]',
    '[1,2,3]',
    '[1]',
    '[]',
  ])('refuses %s', (text) => {
    expect(() => {
      const { rest } = read(text, 'FP32', [2])
      if (rest !== 0) throw new Error('more than the array')
    }).toThrow()
  })

  it('never look beyond the JSON part', () => {
    expect(() => read('[1,2', 'FP32', [2], '5]')).toThrow('ends early')
    expect(() => read('[1', 'FP32', [1], '5]')).toThrow('ends early')
  })

  it('read nested rows, and refuse ragged ones', () => {
    expect(read('[[1,2],[3,4]]', 'FP32', [2, 2]).out.data).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(read('[[[1],[2]],[[3],[4]]]', 'INT32', [2, 2, 1]).out.data).toEqual(Int32Array.of(1, 2, 3, 4))
    expect(() => read('[[1,2,3],[4]]', 'FP32', [2, 2])).toThrow('ragged')
    expect(() => read('[[1,2]]', 'FP32', [2, 2])).toThrow('ragged')
  })

  it('must fit their type', () => {
    expect(() => read('[256]', 'UINT8', [1])).toThrow('from 0 to 255, got 256')
    expect(() => read('[1.5]', 'INT32', [1])).toThrow('does not fit INT32')
    expect(() => read('[9223372036854775808]', 'INT64', [1])).toThrow('does not fit INT64')
    expect(read('["-9223372036854775808"]', 'INT64', [1]).out.data).toEqual(BigInt64Array.of(-(2n ** 63n)))
    expect(() => read('[2]', 'BOOL', [1])).toThrow('true or false')
  })

  it('round halves to even', () => {
    const half = (value: number) => {
      const { data } = read(`[${value}]`, 'FP16', [1]).out
      return data[0]
    }
    expect([1, -2, 65504, 65520, 2 ** -24, 2 ** -25, 1 + 2 ** -11, 1 + 3 * 2 ** -11].map(half)).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0, 0x3c00, 0x3c02,
    ])
    expect(writeTensorData(read('[0.5,-1024]', 'FP16', [2]).out)).toBe('0.5,-1024')
    expect(writeTensorData(read('[0.5,-256]', 'BF16', [2]).out)).toBe('0.5,-256')
  })
})
