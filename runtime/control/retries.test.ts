import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../models/validate.ts'
import { depthToSpace, identity } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

describe('a version whose check failed', { timeout: 60_000 }, () => {
  it('because the machine was too slow is tried again, and says so meanwhile', async () => {
    const validation = { ...defaultLimits, timeoutMilliseconds: 1 }
    const runtime = await startTestRuntime({ validation })
    await runtime.put('late', [{ bytes: identity('float') }])
    const failed = await runtime.settled('late')
    expect(failed.versions[0]).toMatchObject({
      state: 'Failed',
      message: expect.stringMatching(/took longer than 0.001 s.*\(attempt \d; the next in \d+ s\)/),
    })
    validation.timeoutMilliseconds = defaultLimits.timeoutMilliseconds
    await until('it is ready', () => runtime.runtime.models.status('late')?.state === 'Ready', 50_000)
  })

  it('because it is no model that can be served is final', async () => {
    const runtime = await startTestRuntime()
    const failed = await runtime.serve('bomb', depthToSpace(4294967296n))
    expect(failed.versions[0]?.message).toContain('SIGFPE')
    expect(failed.versions[0]?.message).not.toContain('attempt')
  })
})
