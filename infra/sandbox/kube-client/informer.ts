import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, isGone, messageOf } from './api-error.ts'
import { pathOf, type ResourceType } from './discovery.ts'
import type { KubeClient } from './kube-client.ts'
import { type KubeObject, keyOf } from './objects.ts'

export type Change = 'added' | 'modified' | 'deleted'
type Listener<T> = (change: Change, object: T, before: T | undefined) => void
type WatchEvent<T> = { type: string; object: T & { code?: number; reason?: string; message?: string } }
export type InformerOptions = { namespace?: string; labelSelector?: string; log?: (message: string) => void }

const IDLE_MILLISECONDS = 150_000
const REMEMBERED_DELETIONS = 1000

/**
 * A copy of one kind, kept fresh: list once, then watch from there. A broken watch goes on from the last version it saw;
 * a version the server has forgotten (410) or a watch that stays silent too long means starting over.
 */
export class Informer<T extends KubeObject = KubeObject> {
  readonly items = new Map<string, T>()
  readonly synced: Promise<void>
  readonly type: ResourceType
  readonly #client: KubeClient
  readonly #options: InformerOptions
  readonly #listeners = new Set<Listener<T>>()
  readonly #stop = new AbortController()
  readonly #markSynced: () => void
  readonly #gone = new Set<string>()
  #version = ''

  constructor(client: KubeClient, type: ResourceType, options: InformerOptions = {}) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.synced = promise
    this.#markSynced = resolve
    this.#client = client
    this.type = type
    this.#options = options
    void this.#run()
  }

  onChange(listener: Listener<T>): void {
    this.#listeners.add(listener)
    for (const object of this.items.values()) listener('added', object, undefined)
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.items.get(namespace ? `${namespace}/${name}` : name)
  }

  all(): T[] {
    return [...this.items.values()]
  }

  in(namespace: string): T[] {
    return this.all().filter((object) => object.metadata.namespace === namespace)
  }

  /** Takes in what a write has just answered, so that the next look does not see the world before it. */
  accept(object: T): void {
    this.#set(object)
  }

  /** For an object known to be gone before the watch has said so. */
  forget(object: T): void {
    if (this.items.get(keyOf(object))?.metadata.uid === object.metadata.uid) this.#remove(object)
  }

  stop(): void {
    this.#stop.abort()
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#version === '') await this.#relist()
        await this.#watch()
        failures = 0
      } catch (error) {
        if (this.#stop.signal.aborted) return
        if (isGone(error) || (error instanceof ApiError && error.code === 404)) this.#version = ''
        failures += 1
        if (!isGone(error)) this.#options.log?.(`watching ${this.type.plural}: ${messageOf(error)}`)
      }
      const wait = failures === 0 ? 0 : Math.min(5000, 100 * 2 ** failures) * (0.5 + Math.random())
      await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined) // rejects when stopped
    }
  }

  async #relist(): Promise<void> {
    const list = await this.#client.send<{ metadata: { resourceVersion: string }; items?: T[] }>(
      'GET',
      pathOf(this.type, this.#options.namespace),
      { query: { labelSelector: this.#options.labelSelector }, signal: this.#stop.signal },
    )
    const apiVersion = this.type.group ? `${this.type.group}/${this.type.version}` : this.type.version
    const seen = new Set<string>()
    for (const item of list.items ?? []) {
      const object = { ...item, apiVersion, kind: this.type.kind }
      seen.add(keyOf(object))
      const before = this.items.get(keyOf(object))
      if (before?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#set(object)
    }
    for (const [key, object] of this.items) if (!seen.has(key)) this.#remove(object)
    this.#version = list.metadata.resourceVersion
    this.#markSynced()
  }

  async #watch(): Promise<void> {
    const response = await this.#client.open('GET', pathOf(this.type, this.#options.namespace), {
      query: {
        watch: true,
        resourceVersion: this.#version,
        allowWatchBookmarks: true,
        timeoutSeconds: 240 + Math.floor(Math.random() * 60),
        labelSelector: this.#options.labelSelector,
      },
      signal: this.#stop.signal,
    })
    if ((response.statusCode ?? 0) >= 400) throw ApiError.from(response.statusCode ?? 0, await readAll(response))
    response.setTimeout(IDLE_MILLISECONDS, () => response.destroy())
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (line !== '') this.#take(JSON.parse(line) as WatchEvent<T>)
      }
    } finally {
      response.destroy()
    }
  }

  #take(event: WatchEvent<T>): void {
    const { object } = event
    if (event.type === 'ERROR')
      throw new ApiError(object.code ?? 500, object.reason ?? '', object.message ?? 'watch ended')
    if (object.metadata.resourceVersion) this.#version = object.metadata.resourceVersion
    if (event.type === 'DELETED') this.#remove(object)
    else if (event.type !== 'BOOKMARK') this.#set(object)
  }

  #set(object: T): void {
    const key = keyOf(object)
    const before = this.items.get(key)
    if (before && isOlder(object, before)) return
    // An answer to a question asked before the deletion may arrive after the news of it.
    if (this.#gone.has(object.metadata.uid ?? '')) return
    this.items.set(key, object)
    this.#tell(before ? 'modified' : 'added', object, before)
  }

  #remove(object: T): void {
    const before = this.items.get(keyOf(object))
    // With a selector, an object that only changed its labels may come back.
    if (!this.#options.labelSelector) this.#gone.add(object.metadata.uid ?? '')
    if (this.#gone.size > REMEMBERED_DELETIONS) this.#gone.delete(this.#gone.values().next().value ?? '')
    if (before && before.metadata.uid !== object.metadata.uid) return
    this.items.delete(keyOf(object))
    this.#tell('deleted', object, before)
  }

  #tell(change: Change, object: T, before: T | undefined): void {
    for (const listener of this.#listeners) listener(change, object, before)
  }
}

/** The server's versions of one kind are numbers that only grow. */
const isOlder = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid && Number(a.metadata.resourceVersion) < Number(b.metadata.resourceVersion)

const readAll = async (response: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of response) text += String(part)
  return text
}
