import type { Call } from '../call.ts'
import { conflict, forbidden, invalid, unsupported } from '../http/status.ts'
import {
  at,
  clone,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  list,
  nameOf,
  namespaceOf,
  number,
  text,
  texts,
} from '../json.ts'
import { keyOf } from '../kinds/catalogue.ts'
import { crdCleanup, instancesOf } from '../rules/custom-resource-definition.ts'
import { isDryRun } from './dry-run.ts'

const protectedNamespaces = ['default', 'kube-system', 'kube-public']
/** What a delete leaves behind: nothing (`gone`), or an object that waits for its finalizers or its grace period. */
export type Removal = { gone: boolean; object: KubeObject }

export function remove(call: Call, live: KubeObject, body: Json | undefined): Removal {
  const { cluster, kind, query } = call
  const name = nameOf(live)
  const options: JsonObject = isObject(body) ? body : {}
  checkPolicy(options.propagationPolicy)
  const wantedUid = text(at(options, 'preconditions', 'uid'))
  if (wantedUid && wantedUid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${text(live.metadata.uid)}`,
    )
  }
  const wantedVersion = text(at(options, 'preconditions', 'resourceVersion'))
  if (wantedVersion && wantedVersion !== live.metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${wantedVersion}, ResourceVersion in object meta: ${text(live.metadata.resourceVersion)}`,
    )
  }
  const isNamespace = kind.storage === '/namespaces'
  if (isNamespace && protectedNamespaces.includes(name))
    throw forbidden(kind, name, 'this namespace may not be deleted')

  const object = clone(live)
  setPropagation(
    object,
    text(options.propagationPolicy) || query.get('propagationPolicy') || '',
    options.orphanDependents,
  )
  const grace = graceOf(live, call, options)
  const held =
    texts(object.metadata.finalizers).length > 0 || (isNamespace && list(at(object, 'spec', 'finalizers')).length > 0)
  if (!held && grace === 0) {
    if (!isDryRun(call)) forget(call, live)
    if (kind.storage !== '/pods') return { gone: true, object: live }
    mark(object, grace)
    return { gone: true, object }
  }
  if (isNamespace && live.metadata.deletionTimestamp) return { gone: false, object: live }
  mark(object, grace)
  if (isNamespace) delete object.metadata.deletionGracePeriodSeconds
  if (isNamespace) object.status = { ...(isObject(object.status) ? object.status : {}), phase: 'Terminating' }
  if (isDryRun(call)) return { gone: false, object }
  const stored = cluster.store.put(kind.storage, keyOf(kind, namespaceOf(live), name), object)
  if (kind.storage === crdCleanup.storage) {
    for (const instance of instancesOf(call, stored))
      remove({ ...call, kind: instance.kind }, instance.object, undefined)
    crdCleanup.afterRemoval(call)
  }
  return { gone: false, object: stored }
}

const policies = ['Foreground', 'Background', 'Orphan', 'nil']

function checkPolicy(policy: Json | undefined): void {
  if (policy === undefined || policy === null || policies.includes(text(policy))) return
  const options = { group: 'meta.k8s.io', plural: '', kind: 'DeleteOptions' }
  throw invalid(options, '', [unsupported('propagationPolicy', policy, policies)])
}

function mark(object: KubeObject, grace: number): void {
  const { metadata } = object
  const earlier = metadata.deletionGracePeriodSeconds
  if (metadata.deletionTimestamp && number(earlier) <= grace) return
  if (!metadata.deletionTimestamp && typeof metadata.generation === 'number') metadata.generation += 1
  metadata.deletionTimestamp = `${new Date(Date.now() + grace * 1000).toISOString().slice(0, 19)}Z`
  metadata.deletionGracePeriodSeconds = grace
}

/** Pods on a node get time to stop; the kubelet then deletes them with no grace at all. */
function graceOf(live: KubeObject, { kind, query }: Call, options: JsonObject): number {
  if (kind.kind !== 'Pod' || kind.group !== '') return 0
  const isOver = ['Succeeded', 'Failed'].includes(text(at(live, 'status', 'phase')))
  if (isOver || !text(at(live, 'spec', 'nodeName'))) return 0
  const asked = options.gracePeriodSeconds ?? query.get('gracePeriodSeconds')
  return asked === null || asked === undefined
    ? Number(at(live, 'spec', 'terminationGracePeriodSeconds') ?? 30)
    : Number(asked)
}

function setPropagation(object: KubeObject, policy: string, orphan: Json | undefined): void {
  const wanted = policy || (orphan === true ? 'Orphan' : '')
  if (!wanted) return
  const others = texts(object.metadata.finalizers).filter((one) => one !== 'foregroundDeletion' && one !== 'orphan')
  if (wanted === 'Foreground') others.push('foregroundDeletion')
  if (wanted === 'Orphan') others.push('orphan')
  if (others.length > 0) object.metadata.finalizers = others
  else delete object.metadata.finalizers
}

/** An object that was only waiting for its finalizers goes with the last of them. */
export function finishRemoval(call: Call, object: KubeObject): KubeObject | undefined {
  const { metadata } = object
  const waits = call.kind.storage === '/namespaces' && list(at(object, 'spec', 'finalizers')).length > 0
  if (!metadata.deletionTimestamp || texts(metadata.finalizers).length > 0 || waits) return undefined
  if (number(metadata.deletionGracePeriodSeconds) > 0) return undefined
  forget(call, object)
  return object
}

function forget(call: Call, object: KubeObject): void {
  const { cluster, kind } = call
  cluster.store.remove(kind.storage, keyOf(kind, namespaceOf(object), nameOf(object)))
  crdCleanup.afterRemoval(call)
}
