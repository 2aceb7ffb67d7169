import { describe, expect, it } from 'vitest'
import { quotaText, saysTheSame } from './quota-text.ts'

const held = { cpu: 2000, memory: 4 * 2 ** 30, gpu: 0, storage: 0 }

describe('the fields of a quota', () => {
  it('say what is held as it stands, and written otherwise', () => {
    expect(saysTheSame(quotaText(held), held)).toBe(true)
    expect(saysTheSame({ cpu: '2000m', memory: '4096Mi', gpu: 0, storage: '0Gi' }, held)).toBe(true)
  })

  it('say something else with one other amount, or with one that cannot be read', () => {
    expect(saysTheSame({ ...quotaText(held), cpu: '2500m' }, held)).toBe(false)
    expect(saysTheSame({ ...quotaText(held), gpu: 1 }, held)).toBe(false)
    expect(saysTheSame({ ...quotaText(held), memory: 'much' }, held)).toBe(false)
  })
})
