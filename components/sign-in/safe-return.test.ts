import { describe, expect, it } from 'vitest'
import { safeReturn } from './safe-return.ts'

describe('where signing in leads', () => {
  it('is the page that was asked for', () => {
    expect(safeReturn('/requests/1?tab=diff')).toBe('/requests/1?tab=diff')
  })

  it.each([
    'https://elsewhere.test/',
    '//elsewhere.test',
    '/\\elsewhere.test',
    '/\t/elsewhere.test',
    'javascript:alert(1)',
    '/sign-in',
    '',
    undefined,
    ['/a', '/b'],
  ])('is the start page for %s', (asked) => {
    expect(safeReturn(asked)).toBe('/')
  })
})
