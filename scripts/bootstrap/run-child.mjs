import { spawn } from 'node:child_process'
import { root } from './places.mjs'

/**
 * Runs a program to its end. Ctrl-C reaches the program by itself, being in our process group: we wait for it, and
 * then end as well. A request to end that is sent to us alone is passed on.
 */
export function runChild(command, args, { env = {}, quiet = false, started = (_pid) => {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    })
    let said = ''
    let interrupted
    const interrupt = (signal) => {
      interrupted = signal
      if (signal !== 'SIGINT') child.kill('SIGTERM')
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)
    child.stdout?.on('data', (chunk) => (said += chunk))
    child.stderr?.on('data', (chunk) => (said += chunk))
    child.on('spawn', () => started(child.pid))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, interrupt)
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 143), said, interrupted })
    })
  })
}
