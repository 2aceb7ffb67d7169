import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is something; fails with what was waited for. */
export async function waitFor<T>(what: string, ask: () => T | undefined | false, milliseconds = 30_000): Promise<T> {
  const until = Date.now() + milliseconds
  for (;;) {
    const answer = ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > until) throw new Error(`Waited ${milliseconds} ms in vain for ${what}.`)
    await pause(20)
  }
}

/** True while there is a process, or a process group for a negative number. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
