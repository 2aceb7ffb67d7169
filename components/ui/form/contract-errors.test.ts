import { describe, expect, it } from 'vitest'
import { RequestDraft } from '#server/contracts/requests/drafts.ts'
import { errorsByField, placeServerErrors } from './contract-errors.ts'

describe('faults of a form', () => {
  it('names each field once, with its first fault', () => {
    const checked = RequestDraft.safeParse({
      kind: 'namespace.create',
      team: 'ml',
      environment: 'dev',
      quota: { cpu: '1e3', memory: '24Gi' },
      reason: '',
    })
    const errors = errorsByField(checked.error?.issues ?? [])
    expect(Object.keys(errors).sort()).toEqual(['quota.cpu', 'reason'])
    expect(errors['quota.cpu']).toContain('Write CPU as cores')
  })

  it('puts what the server refused on the nearest field the form has', () => {
    const { placed, rest } = placeServerErrors(
      [
        { field: 'traffic.0.weight', message: 'too much' },
        { field: 'purpose', message: 'taken' },
        { field: 'policy', message: 'broken' },
      ],
      (field) => field === 'traffic' || field === 'purpose',
    )
    expect(placed).toEqual({ traffic: 'too much', purpose: 'taken' })
    expect(rest).toEqual([{ field: 'policy', message: 'broken' }])
  })
})
