import { describe, expect, it } from 'vitest'
import { ServingLimits } from '#server/contracts/requests/drafts.ts'
import { limitsToBeginWith } from './limits.ts'

describe('the limits in the form', () => {
  it('begin as the API takes a new deployment that names none', () => {
    expect(limitsToBeginWith(undefined)).toEqual(ServingLimits.parse({}))
  })

  it('are what the deployment has when it is changed', () => {
    const limits = { concurrency: 4, requestsPerSecond: 50, timeoutMilliseconds: 2000 }
    expect(limitsToBeginWith({ limits })).toEqual(limits)
  })

  it('are none for a deployment that has none: shifting its traffic gives it no limits', () => {
    const limits = { concurrency: null, requestsPerSecond: null, timeoutMilliseconds: null }
    expect(limitsToBeginWith({ limits })).toBeNull()
  })
})
