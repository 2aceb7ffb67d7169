import { Informer } from './informer.ts'
import type { KubeClient } from './kube-client.ts'
import type { KubeObject } from './objects.ts'

/** One watch a kind, shared by everybody in the process who wants it. */
export class Informers {
  readonly #client: KubeClient
  readonly #log: (message: string) => void
  // Of many kinds at once, so no single type fits; each was made under its key below.
  readonly #known = new Map<string, unknown>()
  readonly #stops: (() => void)[] = []

  constructor(client: KubeClient, log: (message: string) => void) {
    this.#client = client
    this.#log = log
  }

  /** The caller names the shape that the API server enforces for this kind. */
  async of<T extends KubeObject>(apiVersion: string, kind: string): Promise<Informer<T>> {
    const key = `${apiVersion}/${kind}`
    const known = this.#known.get(key)
    const informer: Informer<T> = known instanceof Informer ? known : await this.#start<T>(apiVersion, kind)
    await informer.synced
    return informer
  }

  async #start<T extends KubeObject>(apiVersion: string, kind: string): Promise<Informer<T>> {
    const type = await this.#client.discovery.require(apiVersion, kind)
    const key = `${apiVersion}/${kind}`
    const meanwhile = this.#known.get(key)
    if (meanwhile instanceof Informer) return meanwhile
    const informer = new Informer<T>(this.#client, type, { log: this.#log })
    this.#known.set(key, informer)
    this.#stops.push(() => informer.stop())
    return informer
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }
}
