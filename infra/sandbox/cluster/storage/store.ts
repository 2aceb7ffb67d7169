import type { KubeObject } from '../json.ts'
import { type Entry, Journal } from './journal.ts'

export type Change = Entry & { previous: KubeObject | undefined }
type Listener = (change: Change) => void

const historyLength = 5_000

/**
 * All objects, by resource (`apps/deployments`) and key (`namespace/name`, or `name`). One revision counts every write
 * of the cluster. Writes are synchronous: what a handler read is still true when it writes.
 */
export class Store {
  readonly #journal: Journal
  readonly #resources = new Map<string, Map<string, KubeObject>>()
  readonly #sorted = new Map<string, string[]>()
  readonly #listeners = new Map<string, Set<Listener>>()
  #history: Change[] = []
  #revision = 0
  #oldest = 0

  constructor(directory: string) {
    this.#journal = new Journal(directory)
    const { snapshotRevision, snapshot, log } = this.#journal.load()
    for (const entry of snapshot) this.#of(entry.resource).set(entry.key, entry.object)
    this.#revision = this.#oldest = snapshotRevision
    for (const entry of log) this.#record(entry)
  }

  get revision(): number {
    return this.#revision
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#resources.get(resource)?.get(key)
  }

  count(resource: string): number {
    return this.#resources.get(resource)?.size ?? 0
  }

  /** Every object whose key starts with the prefix, in key order. */
  list(resource: string, prefix = ''): KubeObject[] {
    const objects = this.#of(resource)
    return this.keys(resource, prefix).flatMap((key) => objects.get(key) ?? [])
  }

  keys(resource: string, prefix = ''): string[] {
    let keys = this.#sorted.get(resource)
    if (!keys) {
      keys = [...this.#of(resource).keys()].sort()
      this.#sorted.set(resource, keys)
    }
    if (prefix === '') return keys
    const from = lowerBound(keys, prefix)
    let to = from
    while (keys[to]?.startsWith(prefix)) to++
    return keys.slice(from, to)
  }

  put(resource: string, key: string, object: KubeObject): KubeObject {
    const type = this.get(resource, key) ? 'MODIFIED' : 'ADDED'
    return this.#write({ type, resource, key, object, revision: this.#revision + 1 })
  }

  remove(resource: string, key: string): KubeObject | undefined {
    const object = this.get(resource, key)
    return object && this.#write({ type: 'DELETED', resource, key, object, revision: this.#revision + 1 })
  }

  /** Changes after the revision, or undefined when they are no longer known. */
  since(resource: string, revision: number): Change[] | undefined {
    if (revision < this.#oldest) return undefined
    let from = this.#history.length
    while (from > 0 && (this.#history[from - 1]?.revision ?? 0) > revision) from--
    return this.#history.slice(from).filter((change) => change.resource === resource)
  }

  get oldest(): number {
    return this.#oldest
  }

  subscribe(resource: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set()
    this.#listeners.set(resource, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  forgetHistory(): void {
    this.#history = []
    this.#oldest = this.#revision
  }

  close(): void {
    this.#journal.close()
  }

  #write(entry: Entry): KubeObject {
    const resourceVersion = String(entry.revision)
    const stamped = { ...entry, object: { ...entry.object, metadata: { ...entry.object.metadata, resourceVersion } } }
    this.#journal.append(stamped)
    const change = this.#record(stamped)
    if (this.#journal.wantsSnapshot) this.#journal.snapshot(this.#revision, this.#entries())
    for (const listener of this.#listeners.get(entry.resource) ?? []) listener(change)
    return stamped.object
  }

  #record(entry: Entry): Change {
    const objects = this.#of(entry.resource)
    const change = { ...entry, previous: objects.get(entry.key) }
    if (entry.type === 'DELETED') objects.delete(entry.key)
    else objects.set(entry.key, entry.object)
    if (entry.type !== 'MODIFIED') this.#sorted.delete(entry.resource)
    this.#revision = entry.revision
    this.#history.push(change)
    if (this.#history.length > historyLength * 1.5) {
      const dropped = this.#history.splice(0, this.#history.length - historyLength)
      this.#oldest = dropped.at(-1)?.revision ?? this.#oldest
    }
    return change
  }

  #of(resource: string): Map<string, KubeObject> {
    const known = this.#resources.get(resource)
    if (known) return known
    const made = new Map<string, KubeObject>()
    this.#resources.set(resource, made)
    return made
  }

  *#entries(): Iterable<Entry> {
    for (const [resource, objects] of this.#resources) {
      for (const [key, object] of objects) yield { revision: this.#revision, type: 'ADDED', resource, key, object }
    }
  }
}

function lowerBound(keys: string[], prefix: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < prefix) low = middle + 1
    else high = middle
  }
  return low
}
