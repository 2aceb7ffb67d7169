/** The runtime and its agent as the processes they are in production. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const Ready = z.object({ ready: z.literal(true), url: z.string() })

export type Running = { url: string; child: ChildProcess; kill: (signal: NodeJS.Signals) => Promise<void> }

export const startProcess = async (module: 'agent/main.ts' | 'main.ts', args: readonly string[]): Promise<Running> => {
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const ended = once(child, 'exit')
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([first]) => String(first)),
    ended.then(() => ''),
  ])
  if (!line) throw new Error(`${module} ended before it was ready: ${errors.join('')}`)
  return {
    url: Ready.parse(JSON.parse(line)).url,
    child,
    kill: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

/** Processes whose working folder lies in this one. */
export const workingIn = async (folder: string): Promise<number[]> => {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    const place = /^\d+$/.test(name) ? await readlink(`/proc/${name}/cwd`).catch(() => '') : ''
    if (place.startsWith(`${folder}/`)) found.push(Number(name))
  }
  return found
}

/** Of processor time, a hundred a second. */
export const ticksOf = async (pid: number): Promise<number> => {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1')
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[11])
}

export const endQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // As it should be: it has ended.
  }
}
