import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../demo/installation/installation.ts'
import { leash } from '../supervisor/leash.ts'

export const program = (packageName: string, file: string) => join(root, 'node_modules', packageName, file)

const holder = leash()
const running = new Set<ChildProcess>()
let interruptedBy: NodeJS.Signals | undefined

/** Ends the runners with us, however we end. */
export function watchForInterruption(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interruptedBy = signal
      for (const child of running) child.kill('SIGTERM')
    })
  }
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM') // whoever wanted the result is gone
  }, 500).unref()
}

export const interrupted = () => interruptedBy !== undefined

interface RunOptions {
  env?: Record<string, string>
  /** What it writes to standard output is handed over line by line instead of shown. */
  onLine?: (line: string) => void
  /** After this it is ended, with everything it started; the exit code tells. */
  limitMinutes?: number
}

export const tookTooLong = 124

/** Runs a script of a package on this Node, showing what it says. Returns its exit code. */
export async function run(script: string, args: string[], options: RunOptions = {}): Promise<number> {
  if (interrupted()) return 130
  const { env, onLine, limitMinutes } = options
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true, // Ctrl-C is for us; we end the runners, and so does the leash
    stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
  })
  running.add(child)
  if (child.pid !== undefined) holder.hold(child.pid)
  if (onLine && child.stdout) createInterface({ input: child.stdout }).on('line', onLine)
  let late = false
  const limit = limitMinutes
    ? setTimeout(() => {
        late = true
        endGroup(child)
      }, limitMinutes * 60_000)
    : undefined
  const [code] = await once(child, onLine ? 'close' : 'exit')
  clearTimeout(limit)
  running.delete(child)
  if (child.pid !== undefined) holder.release(child.pid)
  if (late) return tookTooLong
  return typeof code === 'number' ? code : 1
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended this very moment.
  }
}
