/** What no server on these cores can beat by much: receiving, parsing and running a request, and nothing else. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Foreign, freePort, type Server, startForeign } from '../servers.ts'
import { bodyOf, type Workload } from '../workloads.ts'

export const Bare = z.object({
  runMicros: z.number(),
  parseMicros: z.object({ JSON: z.number(), binary: z.number() }),
})
export type Bare = z.infer<typeof Bare>

export const measureBare = async (workload: Workload, file: string): Promise<Bare> => {
  const script = join(import.meta.dirname, 'bare-session.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, file, workload.name])
  return Bare.parse(JSON.parse(stdout))
}

/** The smallest server there is, on all cores: what moving bytes alone costs, load generator included. */
export const startEcho = async (workload: Workload): Promise<Server> => {
  const port = await freePort()
  const echo: Foreign = {
    name: 'echo',
    command: process.execPath,
    args: ['--no-warnings', join(import.meta.dirname, 'echo-server.ts'), String(port)],
    url: `http://127.0.0.1:${port}`,
    ready: '/',
    ask: (kind) => ({ path: '/', body: bodyOf(workload, kind) }),
  }
  return startForeign(echo)
}
