/** Counts calls an hour for each caller, as GitHub's headers tell it. */
export function createRateLimit(limit: number, now: () => number = Date.now) {
  const windows = new Map<string, { used: number; reset: number }>()
  const windowOf = (caller: string) => {
    const present = windows.get(caller)
    if (present && present.reset * 1000 > now()) return present
    const fresh = { used: 0, reset: Math.floor(now() / 1000) + 3600 }
    windows.set(caller, fresh)
    return fresh
  }
  const figures = (caller: string) => {
    const { used, reset } = windowOf(caller)
    return { limit, used: Math.min(used, limit), remaining: Math.max(0, limit - used), reset }
  }
  return {
    figures,
    take(caller: string): boolean {
      const window = windowOf(caller)
      window.used += 1
      return window.used <= limit
    },
    giveBack(caller: string): void {
      windowOf(caller).used -= 1
    },
    headers(caller: string): Record<string, string> {
      const entries = Object.entries(figures(caller)).map(([name, value]) => [`x-ratelimit-${name}`, String(value)])
      return { ...Object.fromEntries(entries), 'x-ratelimit-resource': 'core' }
    },
  }
}
export type RateLimit = ReturnType<typeof createRateLimit>
