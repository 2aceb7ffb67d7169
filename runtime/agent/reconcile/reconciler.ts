/**
 * Brings the runtime to what one object asks for, and tells the object how far that has come. It looks before it acts
 * and keeps nothing in memory that it could not find again, so it may be killed at any line.
 */
import { isDeepStrictEqual } from 'node:util'
import { INFERENCE_API_VERSION, type InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import type { InferenceModelStatus, ReplicaStatus } from '#server/contracts/inference/inference-model-status.ts'
import { servedNameOf } from '#server/contracts/inference/names.ts'
import type { ModelSpecInput, ModelStatus } from '../../control/contract.ts'
import { type ControlClient, ControlRefusal } from '../control-client.ts'
import type { FileFailure, ModelFiles } from '../files/model-files.ts'
import { type KubernetesClient, KubernetesError } from '../kubernetes/client.ts'
import type { KubeObject } from '../kubernetes/objects.ts'
import { type Log, textOf } from '../reporting/log.ts'
import { nextStatus } from '../status/next-status.ts'
import { type Observation, replicaEntry, type Trouble, troubledEntry } from '../status/replica-entry.ts'
import { managerOf, objectPath, servedOfKey } from './names.ts'
import type { OwnedNames } from './owned-names.ts'
import { readObject, statusOf } from './reading.ts'
import type { Replicas } from './replicas.ts'

export type ReconcilerOptions = {
  replica: string
  urlBase: string
  client: KubernetesClient
  control: ControlClient
  files: ModelFiles
  owned: OwnedNames
  /** The object, unless it is gone, being deleted, or in a namespace that is not ours. */
  find: (key: string) => KubeObject | undefined
  namespaceOf: (object: KubeObject) => KubeObject | undefined
  replicas: Replicas | undefined
  log: Log
  signal: AbortSignal
}

/** When to look again: soon while something is under way, later after a failure that may mend itself. */
export type Outcome = 'settled' | 'under way' | 'failed'

export class Reconciler {
  readonly #options: ReconcilerOptions
  /** What the runtime last acknowledged, by served name; after a restart everything is told once more. */
  readonly #told = new Map<string, ModelSpecInput>()
  /** What the runtime last said. */
  readonly #heard = new Map<string, ModelStatus>()

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  async reconcile(key: string): Promise<Outcome> {
    const name = servedOfKey(key)
    const object = this.#options.find(key)
    if (!object) return await this.#remove(key, name)

    const reading = readObject(object, this.#options.namespaceOf(object))
    if (reading.fault) {
      await this.#report(object, undefined, troubledEntry(this.#options.replica, generationOf(object), reading.fault))
      return 'settled'
    }
    const seen = await this.#follow(object, name, reading.spec)
    await this.#report(object, seen.spec, replicaEntry(this.#options.replica, generationOf(object), seen))
    return outcomeOf(seen)
  }

  /** Takes in what the runtime says of everything; returns the names whose state has changed. */
  hear(statuses: readonly ModelStatus[]): string[] {
    const now = new Map(statuses.map((status) => [status.name, status]))
    return [...this.#told.keys()].filter((name) => {
      const status = now.get(name)
      if (status && isDeepStrictEqual(status, this.#heard.get(name))) return false
      if (status) this.#heard.set(name, status)
      else this.#forget(name) // the runtime has started afresh: it has to be told again
      return true
    })
  }

  #forget(name: string): void {
    this.#told.delete(name)
    this.#heard.delete(name)
  }

  /** Every digest that the runtime may still read, whether the object asks for it now or did before. */
  digestsInUse(): string[] {
    return [...this.#told.values()].flatMap((spec) => spec.versions.flatMap((version) => version.digest ?? []))
  }

  async #remove(key: string, name: string): Promise<Outcome> {
    const { control, owned, replica, log } = this.#options
    if (!owned.has(name)) return 'settled'
    await control.remove(name)
    // An object that is there still, but no longer ours, must not go on saying that we serve it.
    const [namespace = '', objectName = ''] = key.split('/')
    await this.#apply(namespace, objectName, replica, {})
    await owned.remove(name)
    this.#forget(name)
    log('info', 'A model was taken out.', { model: name })
    return 'settled'
  }

  async #follow(object: KubeObject, name: string, spec: InferenceModelSpec): Promise<Observation> {
    const { files, owned, control, log, signal } = this.#options
    const missing = await Promise.all(spec.versions.map(async ({ modelRef }) => !(await files.has(modelRef.digest))))
    if (missing.includes(true)) await this.#announce(object, spec, name)

    const failures = new Map<string, FileFailure>()
    const paths = new Map<string, string>()
    for (const { version, modelRef } of spec.versions) {
      const { path, failure } = await files.get(modelRef.digest, modelRef.url, signal)
      if (failure) failures.set(version, failure)
      else paths.set(version, path)
    }

    const wanted = toldSpec(spec, paths)
    // With nothing left that could answer, whatever answered before goes on.
    if (!wanted) return { spec, failures, served: undefined }
    if (isDeepStrictEqual(this.#told.get(name), wanted)) return { spec, failures, served: this.#heard.get(name) }
    try {
      await owned.add(name)
      const served = await control.put(name, wanted)
      this.#told.set(name, wanted)
      this.#heard.set(name, served)
      log('info', 'The runtime was told what to serve.', { model: name, versions: [...paths.keys()].join(',') })
      return { spec, failures, served }
    } catch (error) {
      return { spec, failures, served: undefined, trouble: troubleOf(error) }
    }
  }

  /** Fetching may take minutes; whoever looks meanwhile should see that it is under way. */
  async #announce(object: KubeObject, spec: InferenceModelSpec, name: string): Promise<void> {
    const entry = replicaEntry(this.#options.replica, generationOf(object), {
      spec,
      failures: new Map(),
      served: this.#heard.get(name),
    })
    const standing = statusOf(object).replicas?.find((replica) => replica.name === this.#options.replica)
    if (standing?.observedGeneration !== entry.observedGeneration) await this.#report(object, spec, entry)
  }

  async #report(object: KubeObject, spec: InferenceModelSpec | undefined, own: ReplicaStatus): Promise<void> {
    const { urlBase, replica, find, replicas } = this.#options
    const { name, namespace = '' } = object.metadata
    // The freshest copy: others may have written while a file was being fetched.
    const latest = find(`${namespace}/${name}`) ?? object
    const before = statusOf(latest)
    const dead = (before.replicas ?? [])
      .map((entry) => entry.name)
      .filter((entry) => replicas && !replicas.isAlive(entry))
    const bury = dead.length > 0 && replicas?.cleansUp === true
    const status = nextStatus({
      generation: generationOf(object),
      url: `${urlBase.replace(/\/$/, '')}/v2/models/${servedNameOf(namespace, name)}`,
      spec,
      own,
      before: { ...before, replicas: before.replicas?.filter((entry) => !dead.includes(entry.name)) },
      now: new Date().toISOString(),
      // What only the dead have written goes with them, so it is written again first.
      always: bury,
    })
    // What was computed from a copy that has grown old is not written; the newer copy is on its way here.
    if (status) await this.#apply(namespace, name, replica, status, latest.metadata.resourceVersion)
    if (bury) for (const gone of dead) await this.#apply(namespace, name, gone, {})
  }

  async #apply(
    namespace: string,
    name: string,
    replica: string,
    status: InferenceModelStatus,
    resourceVersion?: string,
  ): Promise<void> {
    const metadata = { name, namespace, ...(resourceVersion && { resourceVersion }) }
    const object = { apiVersion: INFERENCE_API_VERSION, kind: 'InferenceModel', metadata, status }
    try {
      await this.#options.client.apply(`${objectPath(namespace, name)}/status`, managerOf(replica), object)
    } catch (error) {
      const gone = error instanceof KubernetesError && error.code === 404
      const overtaken = error instanceof KubernetesError && error.code === 409
      if (!gone && !overtaken) throw error
    }
  }
}

const generationOf = (object: KubeObject): number => object.metadata.generation ?? 0

const troubleOf = (error: unknown): Trouble =>
  error instanceof ControlRefusal
    ? { reason: 'LoadFailed', message: `The runtime refuses this model: ${error.message}` }
    : {
        reason: 'RuntimeUnreachable',
        message: `The runtime does not answer its agent (${textOf(error)}). The agent tries again by itself.`,
      }

const toldSpec = (spec: InferenceModelSpec, paths: ReadonlyMap<string, string>): ModelSpecInput | undefined => {
  const versions = spec.versions.flatMap(({ version, modelRef, weight, shadow }) => {
    const path = paths.get(version)
    return path ? [{ version, digest: modelRef.digest, path, weight, shadow }] : []
  })
  if (!versions.some((version) => !version.shadow && version.weight > 0)) return undefined
  return {
    tenant: spec.tenant,
    versions,
    limits: spec.limits ?? {},
    batching: spec.batching ?? {},
    monitoring: spec.monitoring ?? {},
  }
}

const outcomeOf = ({ spec, failures, served, trouble }: Observation): Outcome => {
  if (trouble || [...failures.values()].some((failure) => failure.retry)) return 'failed'
  const states = spec.versions.map(({ version }) => served?.versions.find((entry) => entry.version === version)?.state)
  return states.some((state) => state === 'Loading' || state === 'Pending') ? 'under way' : 'settled'
}
