import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Leash {
  /** The process group led by this pid ends when we do. */
  hold(pid: number): void
  release(pid: number): void
  /** Lets go of everything without ending it, and ends the helper process. */
  close(): void
}

/** One small process that outlives us for the moment it takes to end what we started. It is replaced if it dies. */
export function leash(graceMilliseconds = 6000): Leash {
  const held = new Set<number>()
  let closed = false
  let sweeper = start()

  function start(): ChildProcess {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'sweeper.mjs'), String(graceMilliseconds)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin?.on('error', () => undefined) // its exit is handled below
    child.on('exit', () => {
      if (!closed) sweeper = start()
    })
    child.unref()
    for (const pid of held) child.stdin?.write(`+ ${pid}\n`)
    return child
  }

  return {
    hold(pid) {
      held.add(pid)
      sweeper.stdin?.write(`+ ${pid}\n`)
    },
    release(pid) {
      held.delete(pid)
      sweeper.stdin?.write(`- ${pid}\n`)
    },
    close() {
      closed = true
      for (const pid of held) sweeper.stdin?.write(`- ${pid}\n`)
      sweeper.stdin?.end()
    },
  }
}
