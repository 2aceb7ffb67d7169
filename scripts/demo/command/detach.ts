import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from '../installation/installation.ts'
import { runningHolder } from './run-lock.ts'
import { type StartOptions, start } from './start.ts'
import { readPhase } from './status.ts'

/** Starts everything in the background and returns once it answers, or with 1 when it does not come up. */
export async function detach(options: StartOptions, flags: string[]): Promise<number> {
  const { state } = options
  if (runningHolder(state)) return start(options) // says that it runs, and how far it is
  mkdirSync(join(state, 'logs'), { recursive: true })
  const log = join(state, 'logs', 'demo.log')
  const file = openSync(log, 'w', 0o600)
  const script = join(root, 'scripts', 'demo', 'main.ts')
  // What was reset, said and agreed to here is not reset, said and asked again there.
  const args = [script, ...flags.filter((flag) => flag !== '--detach' && flag !== '--reset'), '--state', state, '--yes']
  const { MODELYARD_PARENT: _ours, ...environment } = process.env
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    env: { ...environment, MODELYARD_AGREED: 'yes' },
    detached: true,
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'))
  let shown = 0
  for (;;) {
    const running = child.exitCode === null && child.signalCode === null
    const ready = running && readPhase(state) === 'ready'
    const text = readFileSync(log, 'utf8')
    process.stderr.write(text.slice(shown))
    shown = text.length
    if (!running) return child.exitCode || 1
    if (ready) {
      child.unref()
      console.error('It runs in the background. Stop it with: npm run demo -- stop')
      return 0
    }
    await pause(100)
  }
}
