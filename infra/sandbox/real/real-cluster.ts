import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitSource, startArgoCd } from './argo-cd.ts'
import { obtain } from './binaries/obtain.ts'
import { type Account, type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKwok } from './kwok.ts'
import { Processes } from './processes.ts'

export type RealCluster = ControlPlane & { readySeconds: number; stop(): Promise<void> }
export type RealClusterOptions = {
  state: string
  git?: GitSource
  accounts?: readonly Account[]
  argoCd?: boolean
  /** Nodes that only say that pods run; none, where a real or a process node is to run them. */
  kwokNodes?: string[]
  /** The API server's port; a free one unless told. */
  port?: number
  /** Goes on with what an earlier start left in `state`. */
  keep?: boolean
  /** Hears of a process that ended by itself. */
  onEnd?: (name: string) => void
  progress?: (message: string) => void
}

/** Starts the whole of it, afresh unless told to keep; what fails on the way takes down what was already running. */
export const startRealCluster = async (options: RealClusterOptions): Promise<RealCluster> => {
  const progress = options.progress ?? ((message) => console.error(message))
  const tools = await obtain(progress)
  const started = Date.now()
  if (!options.keep) await rm(join(options.state, 'control-plane'), { recursive: true, force: true })
  await mkdir(options.state, { recursive: true })
  const processes = new Processes(join(options.state, 'logs'), options.onEnd)
  const stop = async () => {
    await processes.stop()
    await rm(join(options.state, 'pids.json'), { force: true })
  }
  try {
    const plane = await startControlPlane(tools, processes, options.state, options)
    await startKwok(tools, processes, plane, options.kwokNodes)
    if (options.argoCd ?? true) await startArgoCd(tools, processes, plane, options.state, options.git)
    await writeFile(join(options.state, 'pids.json'), JSON.stringify([process.pid, ...processes.pids]))
    const readySeconds = Math.round((Date.now() - started) / 100) / 10
    progress(`the real cluster is ready after ${readySeconds} s`)
    return { ...plane, readySeconds, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
