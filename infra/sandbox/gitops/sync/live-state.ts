/** Watches the kinds that Applications manage, as they become known, and finds what an Application has made. */
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import type { ResourceType } from '#sandbox/kube-client/discovery.ts'
import { Informer } from '#sandbox/kube-client/informer.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { groupOf, type KubeObject } from '#sandbox/kube-client/objects.ts'
import { TRACKING_ID } from '../application.ts'

export class LiveState {
  readonly #client: KubeClient
  readonly #informers = new Map<string, Informer>()
  readonly #onChange: (application: string) => void
  readonly #log: (message: string) => void

  constructor(client: KubeClient, onChange: (application: string) => void, log: (message: string) => void) {
    this.#client = client
    this.#onChange = onChange
    this.#log = log
  }

  async watch(type: ResourceType): Promise<Informer> {
    const key = `${type.group}/${type.kind}`
    const known = this.#informers.get(key)
    if (known) {
      await known.synced
      return known
    }
    const informer = new Informer(this.#client, type, { log: this.#log })
    this.#informers.set(key, informer)
    informer.onChange((_, object, before) => {
      for (const name of new Set([ownerOf(object), before && ownerOf(before)])) if (name) this.#onChange(name)
    })
    await informer.synced
    return informer
  }

  async get(type: ResourceType, namespace: string | undefined, name: string): Promise<KubeObject | undefined> {
    return (await this.watch(type)).get(namespace, name)
  }

  async accept(type: ResourceType, object: KubeObject): Promise<void> {
    ;(await this.watch(type)).accept(object)
  }

  /** After a deletion: gone at once, or still there with its finalizers. */
  async reread(type: ResourceType, object: KubeObject): Promise<void> {
    const informer = await this.watch(type)
    try {
      informer.accept(await this.#client.get(type, object.metadata.namespace, object.metadata.name))
    } catch (error) {
      if (!isNotFound(error)) throw error
      informer.forget(object)
    }
  }

  /** Everything that carries the Application's tracking id, of the kinds watched so far. */
  trackedBy(application: string): { object: KubeObject; type: ResourceType }[] {
    return [...this.#informers.values()].flatMap((informer) =>
      informer
        .all()
        .filter((object) => isTrackedBy(object, application))
        .map((object) => ({ object, type: informer.type })),
    )
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop()
  }
}

export const trackingId = (application: string, object: KubeObject, destinationNamespace: string): string => {
  const namespace = object.metadata.namespace || destinationNamespace
  return `${application}:${groupOf(object.apiVersion)}/${object.kind}:${namespace}/${object.metadata.name}`
}

export const ownerOf = (object: KubeObject): string => object.metadata.annotations?.[TRACKING_ID]?.split(':')[0] ?? ''

/** A copied annotation (a ReplicaSet's, say) names another object and therefore does not count. */
const isTrackedBy = (object: KubeObject, application: string): boolean => {
  const [name, kind, place] = object.metadata.annotations?.[TRACKING_ID]?.split(':') ?? []
  return (
    name === application &&
    kind === `${groupOf(object.apiVersion)}/${object.kind}` &&
    (place?.endsWith(`/${object.metadata.name}`) ?? false)
  )
}
