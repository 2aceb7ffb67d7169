import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PortalError } from '../../errors.ts'
import { parseJson } from './json.ts'

const refusal = (text: string) => {
  try {
    parseJson(text)
    return 'taken'
  } catch (error) {
    return error instanceof PortalError ? `${error.code}: ${error.message}` : `another error: ${error}`
  }
}

describe('JSON from strangers', () => {
  it('is taken as it is when nothing is wrong with it', () => {
    const own = (text: string) => text !== '__proto__' && text.isWellFormed() && !text.includes('\u0000')
    const key = fc.string({ unit: 'binary' }).filter(own)
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        key,
        tie('array'),
        tie('object'),
      ),
      array: fc.array(tie('any'), { maxLength: 5 }),
      object: fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    })).any
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (made, space) => {
        const text = JSON.stringify(made, null, space)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['nested without end', '['.repeat(10_000) + ']'.repeat(10_000), 'levels deep'],
    ['objects nested without end', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'levels deep'],
    ['a key twice', '{"role":"viewer","role":"maintainer"}', '"role" twice'],
    ['a key twice, spelled differently', '{"role":1,"r\\u006fle":2}', '"role" twice'],
    ['a key twice, further down', '{"a":[{"b":1,"c":{"d":1,"d":2}}]}', '"d" twice'],
    ['__proto__', '{"__proto__":{"admin":true}}', '__proto__'],
    ['__proto__, spelled differently', '{"\\u005f_proto__":{"admin":true}}', '__proto__'],
    ['half a surrogate pair', '{"name":"\\ud800"}', 'surrogate'],
    ['NUL in a text', '{"name":"a\\u0000b"}', 'NUL'],
    ['NUL in a key', '{"a\\u0000":1}', 'NUL'],
    ['a number beyond all', '{"n":1e400}', 'too large'],
    ['a negative number beyond all', '[-1.5E+999]', 'too large'],
    ['no JSON at all', 'name=value', 'not valid JSON'],
    ['half of it', '{"name":"a', 'not valid JSON'],
    ['a trailing comma', '{"a":1,}', 'not valid JSON'],
    ['NaN', '{"a":NaN}', 'not valid JSON'],
    ['nothing but a quote', '"', 'not valid JSON'],
    ['a lonely backslash', '"\\', 'not valid JSON'],
  ])('is refused with %s', (_, text, why) => {
    expect(refusal(text)).toContain('malformed_request')
    expect(refusal(text)).toContain(why)
  })

  it('may name a field again in another object', () => {
    expect(parseJson('{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}')).toBeTruthy()
    expect(parseJson('{"a":"{\\"x\\":1,\\"x\\":2}","e":"1e999"}')).toBeTruthy()
  })

  it('fails in no other way, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\e19.-u0d8 \n'), maxLength: 60 }), (text) => {
        expect(refusal(text)).toMatch(/^(taken|malformed_request)/)
      }),
      { numRuns: 2000 },
    )
  })
})
