// Sub-resources that are routes of their own: scale, pod logs, eviction and binding, service account tokens.
import type { Call } from '../call.ts'
import { sendObject } from '../http/respond.ts'
import {
  badRequest,
  conflict,
  invalid,
  invalidValue,
  methodNotAllowed,
  notInSandbox,
  StatusError,
} from '../http/status.ts'
import {
  at,
  clone,
  ensure,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  labelsOf,
  nameOf,
  namespaceOf,
  now,
  number,
  object,
  text,
  texts,
} from '../json.ts'
import { keyOf } from '../kinds/catalogue.ts'
import { jsonPathReader } from '../kinds/columns.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { isDryRun } from './dry-run.ts'
import { podLog } from './pod-log.ts'
import { getStored } from './read.ts'
import { remove } from './remove.ts'
import { matches } from './selectors.ts'
import { present } from './view.ts'
import { update } from './write.ts'

export async function handleSubresource(call: Call, type: string, body: Json | undefined): Promise<void> {
  const { kind, info } = call
  const place = `${kind.storage}/${info.subresource}`
  if (info.subresource === 'scale' && kind.scale) return sendObject(call.response, 200, scale(call, type, body))
  const wanted = creations[place]
  if (wanted) {
    if (info.verb !== 'create') throw methodNotAllowed()
    return sendObject(call.response, 201, wanted(call, isObject(body) ? body : {}))
  }
  if (place === '/pods/log') {
    if (info.verb !== 'get') throw methodNotAllowed()
    return podLog(call, getStored(call))
  }
  throw notInSandbox(`${kind.plural}/${info.subresource}`)
}

const creations: Record<string, (call: Call, body: JsonObject) => JsonObject> = {
  '/pods/eviction': evict,
  '/pods/binding': bind,
  '/serviceaccounts/token': issueToken,
}

function scaleOf({ kind }: Call, owner: KubeObject): KubeObject {
  const read = (path: string | undefined, fallback: string[]) =>
    path ? jsonPathReader(path)(owner) : at(owner, ...fallback)
  const selector = read(kind.scalePaths?.selector, ['spec', 'selector'])
  const { name, namespace, uid, resourceVersion, creationTimestamp } = owner.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: number(read(kind.scalePaths?.spec, ['spec', 'replicas'])) },
    status: {
      replicas: number(read(kind.scalePaths?.status, ['status', 'replicas'])),
      ...(typeof selector === 'string' && selector !== ''
        ? { selector }
        : isObject(selector)
          ? { selector: selectorText(selector) }
          : {}),
    },
  }
}

const selectorText = (selector: JsonObject): string =>
  Object.entries(object(selector.matchLabels ?? (selector.matchExpressions ? {} : selector)))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

function scale(call: Call, type: string, body: Json | undefined): KubeObject {
  const { kind, info } = call
  const owner = getStored(call)
  const current = scaleOf(call, present(owner, kind))
  if (info.verb === 'get') return current
  const wanted =
    info.verb === 'update'
      ? body
      : type === 'application/json-patch+json'
        ? jsonPatch(current, body ?? [])
        : mergePatch(current, body ?? {})
  const replicas = at(wanted, 'spec', 'replicas') ?? 0
  const version = text(at(wanted, 'metadata', 'resourceVersion'))
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    throw badRequest('spec.replicas is not a whole number')
  if (replicas < 0) {
    const place = { group: 'autoscaling', plural: '', kind: 'Scale' }
    throw invalid(place, info.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')])
  }
  const path = (kind.scalePaths?.spec ?? '.spec.replicas').split('.').slice(1)
  const change = (live: KubeObject) => {
    const next = clone(live)
    ensure(next, ...path.slice(0, -1))[path.at(-1) ?? 'replicas'] = replicas
    next.metadata.resourceVersion = version || next.metadata.resourceVersion
    return next
  }
  const changed = update(call, present(owner, kind), change)
  return scaleOf(call, present(changed, kind))
}

/** A pod goes unless a disruption budget that covers it has nothing left to give. */
function evict(call: Call, body: JsonObject): JsonObject {
  const { cluster, info } = call
  const pod = getStored(call)
  const budgets = cluster.store
    .list('policy/poddisruptionbudgets', `${info.namespace}/`)
    .filter((budget) => matches(at(budget, 'spec', 'selector'), labelsOf(pod)))
  const exhausted = budgets.find((budget) => number(at(budget, 'status', 'disruptionsAllowed')) < 1)
  if (exhausted && ['Pending', 'Running'].includes(text(at(pod, 'status', 'phase')))) {
    const needs = number(at(exhausted, 'status', 'desiredHealthy'))
    const has = number(at(exhausted, 'status', 'currentHealthy'))
    const message = `The disruption budget ${nameOf(exhausted)} needs ${needs} healthy pods and has ${has} currently`
    throw new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [{ reason: 'DisruptionBudget', message }],
    })
  }
  remove(call, pod, object(body.deleteOptions))
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

function bind(call: Call, body: JsonObject): JsonObject {
  const { cluster, kind } = call
  const pod = getStored(call)
  const [node, before] = [text(at(body, 'target', 'name')), text(at(pod, 'spec', 'nodeName'))]
  if (before) {
    const place = { group: '', plural: 'pods/binding', kind: 'Binding' }
    throw conflict(place, nameOf(pod), `pod ${nameOf(pod)} is already assigned to node "${before}"`)
  }
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now() }
  const status = { ...object(pod.status), conditions: [scheduled] }
  const bound = { ...pod, spec: { ...object(pod.spec), nodeName: node }, status }
  if (!isDryRun(call)) cluster.store.put(kind.storage, keyOf(kind, namespaceOf(pod), nameOf(pod)), bound)
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

function issueToken(call: Call, body: JsonObject): JsonObject {
  const account = getStored(call)
  const spec = object(body.spec)
  const asked = spec.expirationSeconds ?? 3600
  if (number(asked) < 600) {
    const request = { group: 'authentication.k8s.io', plural: '', kind: 'TokenRequest' }
    const why = 'may not specify a duration less than 10 minutes'
    throw invalid(request, '', [invalidValue('spec.expirationSeconds', asked, why)])
  }
  const seconds = number(asked)
  const expires = Math.floor(Date.now() / 1000) + seconds
  const audiences = texts(spec.audiences).length > 0 ? texts(spec.audiences) : ['https://kubernetes.default.svc']
  const sub = `system:serviceaccount:${namespaceOf(account)}:${nameOf(account)}`
  const token = call.cluster.tokens.sign({ sub, uid: text(account.metadata.uid), aud: audiences, exp: expires })
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: nameOf(account), namespace: namespaceOf(account), creationTimestamp: now() },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: { token, expirationTimestamp: `${new Date(expires * 1000).toISOString().slice(0, 19)}Z` },
  }
}
