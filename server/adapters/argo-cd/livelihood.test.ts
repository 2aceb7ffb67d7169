import { describe, expect, it, vi } from 'vitest'
import { createLivelihood } from './livelihood.ts'

const minute = 60_000

function scene() {
  let now = Date.parse('2026-03-01T10:00:00Z')
  const livelihood = createLivelihood(() => now)
  const ask = vi.fn(async () => undefined)
  const application = { name: 'ml-dev', lookedAt: new Date(now).toISOString() as string | null, askedToLook: false }
  return {
    application,
    ask,
    later: (milliseconds: number) => {
      now += milliseconds
    },
    look: () => {
      application.lookedAt = new Date(now).toISOString()
      application.askedToLook = false
    },
    check: () => livelihood.check([application], ask),
  }
}

describe('whether the GitOps controller is at work', () => {
  it('is not to be told while there is nothing to look at', async () => {
    expect(await createLivelihood().check([], async () => undefined)).toMatchObject({ ok: null })
  })

  it('is seen by what it has looked at lately', async () => {
    const { check, later, ask } = scene()
    later(4 * minute)
    expect(await check()).toMatchObject({ ok: true })
    expect(ask).not.toHaveBeenCalled()
  })

  it('is asked when it has looked at nothing for long, once', async () => {
    const { application, check, later, look, ask } = scene()
    later(6 * minute)
    expect(await check()).toMatchObject({ ok: null })
    expect(ask).toHaveBeenCalledExactlyOnceWith('ml-dev')
    application.askedToLook = true
    later(10_000)
    expect(await check()).toMatchObject({ ok: null })
    expect(ask).toHaveBeenCalledTimes(1)
    look()
    expect(await check()).toMatchObject({ ok: true })
  })

  it('is doubted when it does not answer, for as long as that lasts, and believed again when it does', async () => {
    const { application, check, later, look } = scene()
    application.askedToLook = true
    expect(await check()).toMatchObject({ ok: true })
    later(2 * minute)
    expect(await check()).toMatchObject({ ok: false, value: expect.stringContaining('120 seconds') })
    later(58 * minute)
    expect(await check()).toMatchObject({ ok: false, value: expect.stringContaining('3600 seconds') })
    look()
    expect(await check()).toMatchObject({ ok: true })
  })

  it('is not doubted for the sake of an Application that is gone', async () => {
    let now = 0
    const livelihood = createLivelihood(() => now)
    livelihood.all([{ name: 'gone', lookedAt: null, askedToLook: true }])
    now = 10 * minute
    const other = { name: 'other', lookedAt: new Date(now).toISOString(), askedToLook: false }
    expect(await livelihood.check([other], async () => undefined)).toMatchObject({ ok: true })
  })
})
