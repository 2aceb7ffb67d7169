import { setTimeout as pause } from 'node:timers/promises'

/** Asks again and again until the answer is neither undefined nor false; fails with what it waited for. */
export const until = async <T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  milliseconds = 20_000,
): Promise<T> => {
  const end = performance.now() + milliseconds
  for (;;) {
    const found = await ask()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`Waited ${milliseconds} ms in vain: ${what}`)
    await pause(10)
  }
}
