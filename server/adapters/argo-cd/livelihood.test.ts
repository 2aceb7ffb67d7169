import { describe, expect, it, vi } from 'vitest'
import { GitOpsError } from '../../ports/gitops/gitops.ts'
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
    later(15_000)
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

  it('is known to be gone within about a minute, having been asked once', async () => {
    const { application, check, later, ask } = scene()
    ask.mockImplementation(async () => {
      application.askedToLook = true
    })
    let seconds = 0
    // The worker asks every ten seconds.
    while ((await check()).ok !== false) {
      later(10_000)
      seconds += 10
    }
    expect(seconds).toBeLessThanOrEqual(70)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is asked three times a minute at most while it answers', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z')
    const livelihood = createLivelihood(() => now)
    const looked = new Map(['a', 'b', 'c'].map((name) => [name, now]))
    const asked: string[] = []
    for (let second = 0; second < 600; second += 10) {
      const applications = [...looked].map(([name, at]) => ({
        name,
        lookedAt: new Date(at).toISOString(),
        askedToLook: false,
      }))
      const fact = await livelihood.check(applications, async (name) => {
        asked.push(name)
        looked.set(name, now + 500)
      })
      expect(fact.ok).toBe(true)
      now += 10_000
    }
    expect(asked.length).toBeLessThanOrEqual(30)
  })

  it('is not doubted when one Application is left out and others are looked at', async () => {
    const { ask } = scene()
    let now = Date.parse('2026-03-01T10:00:00Z')
    const livelihood = createLivelihood(() => now)
    const at = (seconds: number) => new Date(now - seconds * 1000).toISOString()
    for (let turn = 0; turn < 30; turn++) {
      const stuck = { name: 'stuck', lookedAt: at(3600), askedToLook: true }
      const other = { name: 'other', lookedAt: at(5), askedToLook: false }
      expect(await livelihood.check([stuck, other], ask)).toMatchObject({ ok: true })
      now += 10_000
    }
  })

  it('is believed when another Application is answered for than the one that is stuck', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z')
    const livelihood = createLivelihood(() => now)
    const well = { name: 'well', lookedAt: new Date(now).toISOString(), askedToLook: false }
    const stuck = { name: 'stuck', lookedAt: new Date(now + 1).toISOString(), askedToLook: true }
    for (let turn = 0; turn < 60; turn++) {
      const fact = await livelihood.check([stuck, well], async (name) => {
        if (name === 'well') well.lookedAt = new Date(now + 500).toISOString()
      })
      expect(fact.ok).not.toBe(false)
      now += 10_000
    }
  })

  it('cannot be asked by an account that may not, which says nothing of it', async () => {
    const denied = new GitOpsError('denied', { detail: 'The account may not.', remedy: 'Let it.' })
    const { check, later, ask } = scene()
    ask.mockRejectedValue(denied)
    later(10 * minute)
    expect(await check()).toMatchObject({ ok: null, value: expect.stringContaining('may not be asked') })
  })
})
