/**
 * Which replicas are alive. Each renews a lease; one whose lease is gone or has stood still for too long is dead, and
 * what it wrote into the objects' status is taken away in its name, which server-side apply makes possible.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { type KubernetesClient, KubernetesError } from '../kubernetes/client.ts'
import { type Log, textOf } from '../reporting/log.ts'
import { managerOf } from './names.ts'

const LABELS = { 'app.kubernetes.io/name': 'modelyard-runtime', 'app.kubernetes.io/component': 'agent' }
const SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')

const Leases = z.object({
  items: z.array(
    z.object({
      spec: z.object({ holderIdentity: z.string().optional(), renewTime: z.string().optional() }).default({}),
    }),
  ),
})

export type ReplicasOptions = {
  client: KubernetesClient
  namespace: string
  replica: string
  renewMilliseconds: number
  log: Log
  signal: AbortSignal
}

export class Replicas {
  readonly #options: ReplicasOptions
  /** When each replica's lease last moved, by our own clock: those of the machines may differ. */
  readonly #moved = new Map<string, { renewTime: string; at: number }>()
  /** When a replica without a lease was first asked about. */
  readonly #missed = new Map<string, number>()
  #listed = false

  constructor(options: ReplicasOptions) {
    this.#options = options
  }

  /** Until the leases could be read, nobody is taken for dead. */
  isAlive(replica: string): boolean {
    return !this.#listed || replica === this.#options.replica || this.#silence(replica) <= this.#limit
  }

  /** One replica does the cleaning: the first by name among the living. */
  get cleansUp(): boolean {
    const { replica } = this.#options
    return this.#listed && [...this.#moved.keys()].every((name) => name >= replica || !this.isAlive(name))
  }

  async run(onRound: () => void): Promise<void> {
    const { signal, renewMilliseconds, log } = this.#options
    while (!signal.aborted) {
      try {
        await this.#renew()
        await this.#look()
        await this.#bury()
        onRound()
      } catch (error) {
        log('warn', 'The replica leases could not be renewed or read.', { error: textOf(error) })
      }
      await wait(renewMilliseconds, undefined, { signal }).catch(() => {}) // aborted: the loop ends
    }
  }

  /** Leaves at once instead of being missed. */
  async leave(): Promise<void> {
    const { client, replica } = this.#options
    try {
      await client.delete(this.#path(replica))
    } catch (error) {
      if (!(error instanceof KubernetesError && error.code === 404)) throw error // it had none yet
    }
  }

  async #renew(): Promise<void> {
    const { client, namespace, replica } = this.#options
    await client.apply(this.#path(replica), managerOf(replica), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: managerOf(replica), namespace, labels: LABELS },
      spec: {
        holderIdentity: replica,
        leaseDurationSeconds: Math.ceil(this.#limit / 1000),
        renewTime: new Date().toISOString().replace('Z', '000Z'),
      },
    })
  }

  async #look(): Promise<void> {
    const { client, namespace } = this.#options
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
    const { items } = Leases.parse(await client.get(path, { labelSelector: SELECTOR }))
    const seen = new Map(
      items.flatMap(({ spec }) => (spec.holderIdentity ? [[spec.holderIdentity, spec.renewTime ?? '']] : [])),
    )
    for (const [name, renewTime] of seen) {
      this.#missed.delete(name)
      if (this.#moved.get(name)?.renewTime !== renewTime) this.#moved.set(name, { renewTime, at: performance.now() })
    }
    for (const name of this.#moved.keys()) {
      if (seen.has(name)) continue
      this.#moved.delete(name)
      this.#missed.set(name, Number.NEGATIVE_INFINITY) // it gave its lease up: it has left
    }
    this.#listed = true
  }

  /** Leases of the dead are kept long enough for every replica to see that they stand still. */
  async #bury(): Promise<void> {
    for (const name of this.#moved.keys()) {
      if (this.cleansUp && this.#silence(name) > 10 * this.#limit) await this.#options.client.delete(this.#path(name))
    }
  }

  #silence(replica: string): number {
    return performance.now() - (this.#moved.get(replica)?.at ?? this.#firstMissed(replica))
  }

  // A replica whose lease we have not seen may have come since we last looked: it too gets its time.
  #firstMissed(replica: string): number {
    const at = this.#missed.get(replica) ?? performance.now()
    this.#missed.set(replica, at)
    return at
  }

  get #limit(): number {
    return this.#options.renewMilliseconds * 4
  }

  #path(replica: string): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases/${managerOf(replica)}`
  }
}
