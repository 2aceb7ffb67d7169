import { describe, expect, it } from 'vitest'
import { headersFrom, tracesUrl } from './otlp-exporter.ts'
import { parseTraceparent, randomId, traceFor, traceparentOf } from './trace-context.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'

describe('a traceparent header', () => {
  it.each([
    [`00-${trace}-${span}-01`, true],
    [`00-${trace}-${span}-00`, false],
    [`00-${trace}-${span}-03`, true],
    [`01-${trace}-${span}-01-what.comes.later`, true],
  ])('%s is understood', (header, sampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: trace, parentSpanId: span, sampled })
  })

  it.each([
    '',
    'nonsense',
    `00-${trace}-${span}-01-more`,
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
    `00-${trace.slice(1)}-${span}-01`,
  ])('%j is none', (header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  it('decides for its trace; without one, the share does', () => {
    expect(traceFor(`00-${trace}-${span}-01`, 0)).toMatchObject({ traceId: trace, parentSpanId: span })
    expect(traceFor(`00-${trace}-${span}-00`, 1)).toBeUndefined()
    expect(traceFor('nonsense', 0)).toBeUndefined()
    const own = traceFor('', 1)
    expect(own?.parentSpanId).toBe('')
    expect(parseTraceparent(own ? traceparentOf(own) : '')).toMatchObject({ traceId: own?.traceId, sampled: true })
  })
})

it('makes ids that do not repeat', () => {
  const ids = Array.from({ length: 5000 }, () => randomId(8))
  expect(new Set(ids).size).toBe(5000)
  expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true)
})

it.each([
  ['http://collector:4318', 'http://collector:4318/v1/traces'],
  ['http://collector:4318/', 'http://collector:4318/v1/traces'],
  ['https://collector/otlp', 'https://collector/otlp/v1/traces'],
  ['https://collector/v1/traces', 'https://collector/v1/traces'],
])('sends what is meant for %s to %s', (base, url) => {
  expect(tracesUrl(base)).toBe(url)
})

it('refuses addresses that are not HTTP', () => {
  expect(() => tracesUrl('file:///etc/passwd')).toThrow('http(s)://')
  expect(() => tracesUrl('collector')).toThrow()
})

it('reads headers as every exporter does', () => {
  expect(headersFrom('api-key=a%20b, x = y=z ,,broken')).toEqual({ 'api-key': 'a b', x: 'y=z' })
})
