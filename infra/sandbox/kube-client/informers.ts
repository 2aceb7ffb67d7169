import { Informer } from './informer.ts'
import type { KubeClient } from './kube-client.ts'
import type { KubeObject } from './objects.ts'

/** One watch a kind, shared by everybody in the process who wants it. */
export class Informers {
  readonly #client: KubeClient
  readonly #log: (message: string) => void
  readonly #known = new Map<string, Informer>()

  constructor(client: KubeClient, log: (message: string) => void) {
    this.#client = client
    this.#log = log
  }

  /** The caller names the shape that the API server enforces for this kind. */
  async of<T extends KubeObject>(apiVersion: string, kind: string): Promise<Informer<T>> {
    const key = `${apiVersion}/${kind}`
    let informer = this.#known.get(key)
    if (!informer) {
      informer = new Informer(this.#client, await this.#client.discovery.require(apiVersion, kind), { log: this.#log })
      this.#known.set(key, informer)
    }
    await informer.synced
    return informer as unknown as Informer<T>
  }

  stop(): void {
    for (const informer of this.#known.values()) informer.stop()
  }
}
