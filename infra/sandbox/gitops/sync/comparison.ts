/**
 * Desired against live. The API server itself says what applying would change (a server-side dry run), so defaults,
 * quantities written differently and fields of other owners never count as drift.
 */
import { isDeepStrictEqual } from 'node:util'
import { ApiError, isNotFound, messageOf } from '#sandbox/kube-client/api-error.ts'
import type { ResourceType } from '#sandbox/kube-client/discovery.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { groupOf, type KubeObject, versionOf } from '#sandbox/kube-client/objects.ts'
import {
  type ApplicationSpec,
  type Health,
  type HealthStatusCode,
  type Issue,
  type ResourceStatus,
  SYNC_OPTIONS,
  SYNC_WAVE,
  type SyncStatusCode,
  TRACKING_ID,
} from '../application.ts'
import { type Desired, resourceKey } from '../git/manifests.ts'
import { hasHealthRule, healthOf, worstOf } from './health.ts'
import { type LiveState, ownerOf, trackingId } from './live-state.ts'

export const MANAGER = 'argocd-controller'

export type Item = {
  key: string
  type: ResourceType | undefined
  target: KubeObject | undefined
  live: KubeObject | undefined
  status: SyncStatusCode
  health: Health | undefined
  wave: number
}

export type Comparison = {
  items: Item[]
  sync: SyncStatusCode
  health: HealthStatusCode
  resources: ResourceStatus[]
  issues: Issue[]
}

export class Comparer {
  readonly #client: KubeClient
  readonly #live: LiveState
  /** What a dry run said, for the pair of versions it was asked about. */
  readonly #verdicts = new Map<string, { live: string; target: string; synced: boolean }>()

  constructor(client: KubeClient, live: LiveState) {
    this.#client = client
    this.#live = live
  }

  async compare(
    application: string,
    spec: ApplicationSpec,
    desired: ReadonlyMap<string, Desired>,
  ): Promise<Comparison> {
    const issues: Issue[] = []
    const items: Item[] = []
    for (const [key, { object, type }] of desired) {
      const target = marked(object, application, spec.destination.namespace)
      const live = type ? await this.#live.get(type, object.metadata.namespace, object.metadata.name) : undefined
      const other = live && ownerOf(live)
      const shared = other && other !== application
      if (shared) {
        const what = `${object.kind}/${object.metadata.name}`
        issues.push({
          type: 'SharedResourceWarning',
          message: `${what} is part of applications argocd/${application} and ${other}`,
        })
      }
      const synced = live && type && (await this.#isSynced(application, key, type, target, live, spec))
      items.push({
        key,
        type,
        target,
        live,
        status: synced ? 'Synced' : 'OutOfSync',
        health: healthOf(live),
        wave: waveOf(object),
      })
    }
    for (const { object, type } of this.#live.trackedBy(application)) {
      const key = resourceKey(object)
      // What a controller made and copied the annotation to goes when its owner goes.
      if (desired.has(key) || (object.metadata.ownerReferences?.length ?? 0) > 0) continue
      const kept = hasOption(object, 'Prune=false')
      const status = kept ? 'Synced' : 'OutOfSync'
      items.push({ key, type, target: undefined, live: object, status, health: healthOf(object), wave: waveOf(object) })
    }
    items.sort((a, b) => (a.key < b.key ? -1 : 1))
    const counted = items.filter((item) => item.target && (item.live || hasHealthRule(item.target)))
    return {
      items,
      issues,
      sync: items.every((item) => item.status === 'Synced') ? 'Synced' : 'OutOfSync',
      health: worstOf(counted.map((item) => item.health)),
      resources: items.map(statusOf),
    }
  }

  async #isSynced(
    application: string,
    key: string,
    type: ResourceType,
    target: KubeObject,
    live: KubeObject,
    spec: ApplicationSpec,
  ): Promise<boolean> {
    const versions = { live: `${live.metadata.uid}/${live.metadata.resourceVersion}`, target: JSON.stringify(target) }
    const cacheKey = `${application} ${key}`
    const known = this.#verdicts.get(cacheKey)
    if (known?.live === versions.live && known.target === versions.target) return known.synced
    const synced = await this.#ask(type, target, live, spec)
    this.#verdicts.set(cacheKey, { ...versions, synced })
    return synced
  }

  async #ask(type: ResourceType, target: KubeObject, live: KubeObject, spec: ApplicationSpec): Promise<boolean> {
    try {
      const wanted = await this.#client.apply(type, target, { manager: MANAGER, force: true, dryRun: true })
      const ignored = spec.ignoreDifferences
        .filter((each) => each.kind === target.kind && each.group === groupOf(target.apiVersion))
        .filter((each) => !each.name || each.name === target.metadata.name)
        .flatMap((each) => each.jsonPointers)
      return isDeepStrictEqual(comparable(wanted, ignored), comparable(live, ignored))
    } catch (error) {
      // An object the server refuses differs from the live one; the sync that follows says why.
      if (error instanceof ApiError && !isNotFound(error) && error.code < 500) return false
      if (isNotFound(error)) return false
      throw new Error(`comparing ${target.kind}/${target.metadata.name}: ${messageOf(error)}`)
    }
  }
}

export const waveOf = (object: KubeObject): number =>
  Number.parseInt(object.metadata.annotations?.[SYNC_WAVE] ?? '0', 10) || 0

export const hasOption = (object: KubeObject, option: string): boolean =>
  (object.metadata.annotations?.[SYNC_OPTIONS] ?? '').split(',').some((each) => each.trim() === option)

const marked = (object: KubeObject, application: string, namespace: string): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [TRACKING_ID]: trackingId(application, object, namespace) },
  },
})

/** What the server adds or counts by itself is no difference. */
const comparable = (object: KubeObject, ignored: readonly string[]): unknown => {
  const { status: _status, metadata, ...rest } = structuredClone(object)
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...kept } = metadata
  const value = { ...rest, metadata: kept }
  for (const pointer of ignored) removeAt(value, pointer)
  return value
}

const removeAt = (value: object, pointer: string): void => {
  const steps = pointer.split('/').slice(1)
  const last = steps.pop()
  let here: unknown = value
  for (const step of steps)
    here = typeof here === 'object' && here !== null ? Reflect.get(here, unescapeStep(step)) : undefined
  if (last !== undefined && typeof here === 'object' && here !== null) Reflect.deleteProperty(here, unescapeStep(last))
}

const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

const statusOf = (item: Item): ResourceStatus => {
  const object = item.target ?? item.live
  if (!object) throw new Error(`${item.key} is neither desired nor live`)
  const group = groupOf(object.apiVersion)
  return {
    ...(group ? { group } : {}),
    version: versionOf(object.apiVersion),
    kind: object.kind,
    ...(object.metadata.namespace ? { namespace: object.metadata.namespace } : {}),
    name: object.metadata.name,
    status: item.status,
    ...(item.health ? { health: item.health } : {}),
    ...(item.target ? {} : { requiresPruning: true }),
    ...(item.wave ? { syncWave: item.wave } : {}),
  }
}
