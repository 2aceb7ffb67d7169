const windowMilliseconds = 60_000
const allowedFailures = 8

/** Slows down guessing: after eight wrong passwords for one name, that name waits out the minute. */
export function createAttempts(now: () => number = Date.now) {
  const failures = new Map<string, { count: number; until: number }>()
  const recent = (name: string) => {
    const entry = failures.get(name)
    return entry && entry.until > now() ? entry : undefined
  }
  return {
    waitSeconds(name: string): number {
      const entry = recent(name)
      return entry && entry.count >= allowedFailures ? Math.ceil((entry.until - now()) / 1000) : 0
    },
    failed(name: string): void {
      if (failures.size > 10_000) failures.clear()
      failures.set(name, { count: (recent(name)?.count ?? 0) + 1, until: now() + windowMilliseconds })
    },
    succeeded(name: string): void {
      failures.delete(name)
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>
