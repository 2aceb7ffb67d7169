/**
 * Is the controller at work? Its objects stay readable when it is gone, and say nothing of it. It looks at every
 * Application every few minutes; when none has been looked at for longer, one is asked for, and it must answer.
 */
import type { Application, GitOpsFact } from '../../ports/gitops/gitops.ts'

/** Longer than the usual round of Argo CD, which is two minutes and one of jitter. */
const quiet = 5 * 60_000
const patience = 60_000

type Sighting = Pick<Application, 'name' | 'lookedAt' | 'askedToLook'>

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
      const [first] = applications
      if (!first) return { label, value: 'nothing to look at yet', ok: null }
      const newest = Math.max(...applications.map((each) => Date.parse(each.lookedAt ?? '') || 0))
      const at = newest > 0 ? { at: new Date(newest).toISOString() } : {}
      const unanswered = [...asked.values()].filter((since) => now() - since > patience && newest <= since)
      if (unanswered.length > 0) {
        const seconds = Math.round((now() - Math.min(...unanswered)) / 1000)
        return { label, value: `has not answered for ${seconds} seconds; it last looked`, ok: false, ...at }
      }
      if (now() - newest < quiet) return { label, value: 'at work, last looked', ok: true, ...at }
      if (asked.size === 0) await ask(first.name)
      return { label, value: 'asked to look again, last looked', ok: null, ...at }
    },
  }
}
