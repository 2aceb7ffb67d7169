import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** Starts a sandbox part as its own process and waits for its ready line. */
export async function startPart(main: string, flags: readonly string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const ready: unknown = JSON.parse(String(line))
  return { ready, stop: (signal: NodeJS.Signals) => stop(child, signal) }
}

/** Starts a part that is expected to refuse its flags. */
export async function startRefused(main: string, flags: readonly string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, complaint }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return child.exitCode
}
export type Part = Awaited<ReturnType<typeof startPart>>
