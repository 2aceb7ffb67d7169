// What happened, in order, on disk. A snapshot holds the state up to a revision, the log every change after it.
// A change is in the log before it is answered, so a killed process loses nothing; a torn last line was never answered.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../json.ts'

export type Entry = {
  revision: number
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  resource: string
  key: string
  object: KubeObject
}

const compactAfterBytes = 16 * 1024 * 1024

export class Journal {
  readonly #logPath: string
  readonly #snapshotPath: string
  #log: number
  #logBytes = 0
  #snapshotBytes = 0

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true })
    this.#logPath = join(directory, 'log.jsonl')
    this.#snapshotPath = join(directory, 'snapshot.jsonl')
    this.#log = openSync(this.#logPath, 'a')
  }

  /** Snapshot entries first, then the log's; the snapshot's revision tells how far back watches may go. */
  load(): { snapshotRevision: number; snapshot: Entry[]; log: Entry[] } {
    const [head, ...snapshot] = this.#read(this.#snapshotPath)
    const snapshotRevision = head ? head.revision : 0
    const log = this.#read(this.#logPath).filter((entry) => entry.revision > snapshotRevision)
    return { snapshotRevision, snapshot, log }
  }

  append(entry: Entry): void {
    this.#logBytes += writeSync(this.#log, `${JSON.stringify(entry)}\n`)
  }

  get wantsSnapshot(): boolean {
    return this.#logBytes > compactAfterBytes && this.#logBytes > 2 * this.#snapshotBytes
  }

  /** The snapshot is in place before the log is cut: a kill in between only leaves entries that load() skips. */
  snapshot(revision: number, entries: Iterable<Entry>): void {
    const unfinished = `${this.#snapshotPath}.new`
    const file = openSync(unfinished, 'w')
    let bytes = writeSync(file, `${JSON.stringify({ revision })}\n`)
    for (const entry of entries) bytes += writeSync(file, `${JSON.stringify(entry)}\n`)
    fsyncSync(file)
    closeSync(file)
    renameSync(unfinished, this.#snapshotPath)
    truncateSync(this.#logPath, 0)
    this.#logBytes = 0
    this.#snapshotBytes = bytes
  }

  close(): void {
    fsyncSync(this.#log)
    closeSync(this.#log)
  }

  #read(path: string): Entry[] {
    if (!existsSync(path)) return []
    const content = readFileSync(path)
    const end = content.lastIndexOf(10) + 1
    if (end < content.length) truncateSync(path, end)
    if (path === this.#logPath) this.#logBytes = end
    else this.#snapshotBytes = end
    const lines = content.subarray(0, end).toString().split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
  }
}
