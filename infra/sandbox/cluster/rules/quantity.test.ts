import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, formatQuantity, parseQuantity } from './quantity.ts'

const spelled = (source: string) => {
  const quantity = parseQuantity(source)
  return quantity && formatQuantity(quantity)
}

describe('quantities', () => {
  it.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1e3', '1e3'],
    ['2000', '2k'],
    ['0', '0'],
    ['0.0000000001', '1n'],
    ['12e-3', '12e-3'],
    ['1E', '1E'],
    ['-1', '-1'],
    ['+1', '1'],
  ])('spell %s as %s', (source, expected) => expect(spelled(source)).toBe(expected))

  it.each(['', ' 1', '1 Gi', '1GiB', 'NaN', '0x10', '١', '1e', '--1', '1.2.3', 'm', '1e400000'])(
    'refuse %j',
    (source) => expect(spelled(source)).toBeUndefined(),
  )

  it('stop at the largest number Kubernetes knows', () => {
    expect(parseQuantity('9223372036854775808')?.nano).toBe(parseQuantity('9223372036854775807')?.nano)
  })

  it('mean the same when spelled again, and add up exactly', () => {
    const amounts = fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom('', 'm', 'k', 'Mi', 'Gi', 'e3'))
    const once = ([count, suffix]: [number, string]) => parseQuantity(`${count}${suffix}`)
    fc.assert(
      fc.property(amounts, amounts, (first, second) => {
        const [a, b] = [once(first), once(second)]
        if (!a || !b) throw new Error('a generated quantity could not be read')
        expect(parseQuantity(formatQuantity(a))?.nano).toBe(a.nano)
        expect(add(a, b).nano).toBe(a.nano + b.nano)
      }),
    )
  })
})
