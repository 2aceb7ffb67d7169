/**
 * Keeps a copy of one kind of object: list once, then watch from there. A version the server no longer knows (410)
 * or a watch that has gone silent leads to a new list; every other end to a new watch, later and later until one of
 * them tells something.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Log, textOf } from '../reporting/log.ts'
import { type KubernetesClient, KubernetesError } from './client.ts'
import { KubeList, KubeObject, keyOf, type WatchEvent } from './objects.ts'
import { StalledError, watchEvents } from './watch-events.ts'

const PAGE = 500
const FIRST_DELAY = 250
const LONGEST_DELAY = 30_000

export type ReflectorOptions = {
  client: KubernetesClient
  path: string
  labelSelector?: string
  stallMilliseconds: number
  watchSeconds: number
  log: Log
  onChange: (key: string) => void
  onRestart?: (reason: 'stalled' | 'expired' | 'failed') => void
}

export class Reflector {
  readonly objects = new Map<string, KubeObject>()
  /** Whether the first list is in. */
  synced = false
  readonly #options: ReflectorOptions
  #version: string | undefined
  /** The watch under way has told something, or has been waited for long enough. */
  #fruitful = false

  constructor(options: ReflectorOptions) {
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<void> {
    let delay = FIRST_DELAY
    while (!signal.aborted) {
      this.#fruitful = false
      try {
        this.#version ??= await this.#list(signal)
        await this.#watch(this.#version, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#forgive(error)
      }
      if (this.#fruitful) delay = FIRST_DELAY
      await wait(delay * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {}) // aborted: the loop ends
      delay = Math.min(delay * 2, LONGEST_DELAY)
    }
  }

  #forgive(error: unknown): void {
    const expired = error instanceof KubernetesError && error.code === 410
    const stalled = error instanceof StalledError
    if (expired || stalled) this.#version = undefined
    if (stalled) this.#fruitful = true
    const reason = expired ? 'expired' : stalled ? 'stalled' : 'failed'
    this.#options.onRestart?.(reason)
    this.#options.log(expired ? 'info' : 'warn', 'A watch has to start again.', {
      path: this.#options.path,
      reason,
      error: textOf(error),
    })
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, path, labelSelector, onChange } = this.#options
    const found = new Map<string, KubeObject>()
    let version = ''
    let token: string | undefined
    do {
      const page = KubeList.parse(await client.get(path, { labelSelector, limit: PAGE, continue: token }, signal))
      for (const object of page.items) found.set(keyOf(object), object)
      version = page.metadata.resourceVersion
      token = page.metadata.continue
    } while (token)

    const changed = [...found].filter(
      ([key, object]) => this.objects.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion,
    )
    const gone = [...this.objects.keys()].filter((key) => !found.has(key))
    for (const [key, object] of changed) this.objects.set(key, object)
    for (const key of gone) this.objects.delete(key)
    this.synced = true
    for (const key of [...changed.map(([key]) => key), ...gone]) onChange(key)
    return version
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { client, path, labelSelector, stallMilliseconds, watchSeconds } = this.#options
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      labelSelector,
      timeoutSeconds: watchSeconds,
    }
    // A request that is never answered is a stall too.
    const unanswered = new AbortController()
    const timer = setTimeout(() => unanswered.abort(new StalledError('The watch was not answered.')), stallMilliseconds)
    const response = await client
      .stream(path, query, AbortSignal.any([signal, unanswered.signal]))
      .catch((error: unknown) => {
        throw unanswered.signal.aborted ? unanswered.signal.reason : error
      })
      .finally(() => clearTimeout(timer))
    for await (const event of watchEvents(response, stallMilliseconds)) this.#take(event)
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      // A version that cannot be watched from any more is the only thing a server reports this way.
      this.#version = undefined
      throw new KubernetesError(object.code ?? 500, '', object.message ?? 'The watch ended with an error.')
    }
    this.#fruitful = true
    this.#version = object.metadata?.resourceVersion ?? this.#version
    if (type === 'BOOKMARK') return
    const item = KubeObject.parse(object)
    const key = keyOf(item)
    if (type === 'DELETED') this.objects.delete(key)
    else this.objects.set(key, item)
    this.#options.onChange(key)
  }
}
