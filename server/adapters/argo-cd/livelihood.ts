/**
 * Is the controller at work? Its objects stay readable when it is gone, and say nothing of it. By itself it looks at
 * every Application every few minutes; when none has been looked at for a while, one is asked for, then another, since
 * a single one may be stuck for reasons of its own. With many, one was always looked at lately, and nothing is asked.
 */
import { type Application, type GitOpsFact, gitOpsFault } from '../../ports/gitops/gitops.ts'

/** An idle controller is asked about twice a minute; that it is gone is known within about one. */
const quiet = 20_000
const patience = 30_000

const enough = 2

type Sighting = Pick<Application, 'name' | 'lookedAt' | 'askedToLook'> & Partial<Pick<Application, 'deleting'>>

export function createLivelihood(now: () => number = Date.now) {
  /** Since when each has been asked without an answer, as far as we have seen. */
  const asked = new Map<string, number>()

  function seen({ name, askedToLook }: Sighting): void {
    if (!askedToLook) asked.delete(name)
    else if (!asked.has(name)) asked.set(name, now())
  }

  function all(applications: readonly Sighting[]): void {
    const names = new Set(applications.map((each) => each.name))
    for (const name of asked.keys()) if (!names.has(name)) asked.delete(name)
    for (const application of applications) seen(application)
  }

  return {
    seen,
    all,
    async check(applications: readonly Sighting[], ask: (name: string) => Promise<void>): Promise<GitOpsFact> {
      const label = 'Controller'
      all(applications)
      if (applications.length === 0) return { label, value: 'nothing to look at yet', ok: null }
      const latestFirst = applications.toSorted((one, other) => lookOf(other) - lookOf(one))
      const newest = lookOf(latestFirst[0])
      const at = newest > 0 ? { at: new Date(newest).toISOString() } : {}
      const waiting = [...asked.values()].filter((since) => newest <= since)
      const longest = now() - Math.min(...waiting)
      if (waiting.length >= Math.min(enough, applications.length) && longest > patience) {
        const seconds = Math.round(longest / 1000)
        return { label, value: `has not answered for ${seconds} seconds; it last looked`, ok: false, ...at }
      }
      const age = now() - newest
      const next = latestFirst.find(({ name, deleting }) => !deleting && !asked.has(name))
      try {
        if (next && age >= quiet && waiting.length < enough) await ask(next.name)
      } catch (error) {
        const fault = gitOpsFault(error)
        if (fault === 'denied')
          return { label, value: 'may not be asked by our account; it last looked', ok: null, ...at }
        if (fault !== 'not_found') throw error // it may have gone meanwhile
      }
      if (age < quiet + patience) return { label, value: 'at work, last looked', ok: true, ...at }
      return { label, value: 'asked to look again, last looked', ok: null, ...at }
    },
  }
}

const lookOf = (application: Sighting | undefined) => Date.parse(application?.lookedAt ?? '') || 0
