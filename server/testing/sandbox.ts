/** Starts one part of the sandbox as the demo does: a process of its own, reached over the wire alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const Ready = z.looseObject({ ready: z.literal(true), url: z.string() })

export type SandboxPart = {
  ready: z.infer<typeof Ready>
  state: string
  stop: () => Promise<void>
  /** As a power cut would. */
  kill: () => Promise<void>
}

export async function startSandboxPart(
  part: string,
  /** An empty value is a flag that stands alone. */
  flags: Record<string, string>,
  state?: string,
): Promise<SandboxPart> {
  const folder = state ?? (await mkdtemp(join(tmpdir(), `modelyard-${part}-`)))
  const args = Object.entries({ ...flags, state: folder }).flatMap(([name, value]) =>
    value ? [`--${name}`, value] : [`--${name}`],
  )
  const child = spawn(process.execPath, [join(root, 'infra/sandbox', part, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
  })
  const ready = await readyLine(child, part)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
  }
  return {
    ready,
    state: folder,
    async stop() {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
    kill: () => end('SIGKILL'),
  }
}

async function readyLine(child: ChildProcess, part: string): Promise<z.infer<typeof Ready>> {
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')))
  if (!child.stdout) throw new Error(`${part} has no output`)
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) {
      child.stdout.resume()
      return Ready.parse(JSON.parse(line))
    }
  }
  throw new Error(`${part} ended before it was ready:\n${errors.join('').slice(-2000)}`)
}
