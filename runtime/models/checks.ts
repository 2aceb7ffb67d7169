/**
 * Checks of model files, a few at a time: many children that start at once are each so slow that they would run out of
 * their time. Models with the same file share its check, and what a check finds out for good is remembered.
 */
import { availableParallelism } from 'node:os'
import { mayPass, type Validation, type ValidationLimits, validateModel } from './validate.ts'

const REMEMBERED = 2000

export type Check = (path: string, digest: string) => Promise<Validation>

export const createChecks = (limits: ValidationLimits, check = validateModel): Check => {
  const atOnce = Math.max(1, availableParallelism())
  const verdicts = new Map<string, Validation>()
  const running = new Map<string, Promise<Validation>>()
  const waiting: (() => void)[] = []
  let busy = 0

  const inTurn = async (path: string): Promise<Validation> => {
    if (busy >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else busy += 1
    try {
      return await check(path, limits)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy -= 1
    }
  }

  const start = async (path: string, digest: string): Promise<Validation> => {
    const verdict = await inTurn(path)
    if (!verdict.ok && mayPass(verdict.code)) return verdict
    if (verdicts.size >= REMEMBERED) verdicts.clear()
    verdicts.set(digest, verdict)
    return verdict
  }

  return async (path, digest) => {
    const known = verdicts.get(digest)
    if (known) return known
    const under = running.get(digest) ?? start(path, digest).finally(() => running.delete(digest))
    running.set(digest, under)
    return under
  }
}
