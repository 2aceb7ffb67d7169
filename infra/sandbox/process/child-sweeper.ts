import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const SWEEPER = join(import.meta.dirname, '..', '..', '..', 'scripts', 'supervisor', 'sweeper.mjs')

/** Ends process groups when this process is gone, also by kill -9: a helper waits for our end at the other end of a pipe. */
export class ChildSweeper {
  #helper: ChildProcess | undefined

  hold(pid: number): void {
    this.#tell(`+ ${pid}`)
  }

  release(pid: number): void {
    this.#tell(`- ${pid}`)
  }

  /** Only once everything held has ended or been released: the helper ends what it still knows of. */
  close(): void {
    this.#helper?.stdin?.end()
    this.#helper = undefined
  }

  #tell(line: string): void {
    this.#helper ??= this.#start()
    this.#helper.stdin?.write(`${line}\n`)
  }

  #start(): ChildProcess {
    const helper = spawn(process.execPath, [SWEEPER, '4000'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    helper.stdin?.on('error', () => undefined) // A helper that died cannot be told; what it held is stopped by us.
    helper.unref()
    return helper
  }
}
