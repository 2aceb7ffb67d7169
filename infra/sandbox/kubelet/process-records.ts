/** Which processes this node started, so that a kubelet that was killed finds and ends them when it comes back. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { readFileIfPresent, writeFileAtomically } from '#sandbox/process/atomic-file.ts'

type Entry = { pid: number; startedAt: string }

export class ProcessRecords {
  readonly #file: string
  readonly #entries = new Map<string, Entry>()

  constructor(state: string) {
    this.#file = join(state, 'processes.json')
  }

  note(key: string, pid: number | undefined): void {
    if (pid === undefined) this.#entries.delete(key)
    else this.#entries.set(key, { pid, startedAt: startOf(pid) })
    writeFileAtomically(this.#file, JSON.stringify([...this.#entries]))
  }

  /** Ends what an earlier life left running. A number that now belongs to another process is left alone. */
  endLeftovers(): void {
    const left: [string, Entry][] = JSON.parse(readFileIfPresent(this.#file) ?? '[]')
    for (const [, { pid, startedAt }] of left)
      if (startedAt !== '' && startOf(pid) === startedAt) process.kill(pid, 'SIGKILL')
    writeFileAtomically(this.#file, '[]')
  }
}

const startOf = (pid: number): string => {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return '' // No such process, or no `ps`: then nothing is ended.
  }
}
