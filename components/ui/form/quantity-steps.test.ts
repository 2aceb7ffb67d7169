import { describe, expect, it } from 'vitest'
import { stepQuantity, withUnit } from './quantity-steps.ts'

describe('typing an amount', () => {
  it.each([
    ['memory', '24', '24Gi'],
    ['memory', ' 24 GiB', '24Gi'],
    ['memory', '512Mi', '512Mi'],
    ['storage', '1.5', '1.5Gi'],
    ['cpu', '8', '8'],
    ['memory', '1e3', '1e3'],
  ] as const)('reads %s "%s" as "%s"', (resource, typed, read) => {
    expect(withUnit(resource, typed)).toBe(read)
  })

  it('steps by one whole unit, and never below nothing', () => {
    expect(stepQuantity('cpu', '8', 1)).toBe('9')
    expect(stepQuantity('cpu', '500m', -1)).toBe('400m')
    expect(stepQuantity('memory', '24Gi', -1)).toBe('23Gi')
    expect(stepQuantity('memory', '0Gi', -1)).toBe('0Gi')
  })

  it('leaves alone what is not an amount', () => {
    expect(stepQuantity('cpu', 'lots', 1)).toBeNull()
  })
})
