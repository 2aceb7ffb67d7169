// Every write takes this road: decode, default, admit, validate, note who owns what, store. It is synchronous from the
// read to the write, so nothing can come in between.
import { randomInt, randomUUID } from 'node:crypto'
import { admit } from '../admission/admit.ts'
import { settleQuota } from '../admission/quota.ts'
import type { Call } from '../call.ts'
import { alreadyExists, badRequest, conflict, forbiddenField, invalid, invalidValue } from '../http/status.ts'
import {
  clone,
  equal,
  isEmpty,
  type Json,
  type JsonObject,
  type KubeObject,
  nameOf,
  namespaceOf,
  now,
  objects,
  text,
  texts,
} from '../json.ts'
import { keyOf } from '../kinds/catalogue.ts'
import { type Manager, managersOf, trackUpdate, type Writer, withManagers } from '../patch/managed-fields.ts'
import { checkMetadata } from '../rules/metadata.ts'
import { rulesFor } from '../rules/rules.ts'
import { decode } from './decode.ts'
import { isDryRun } from './dry-run.ts'
import { finishRemoval } from './remove.ts'
import { toStored } from './view.ts'

const withGeneration = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'NetworkPolicy',
  'Ingress',
  'PodDisruptionBudget',
  'EndpointSlice',
  'CustomResourceDefinition',
  'ReplicationController',
  'IngressClass',
  'PriorityClass',
])

export function writerOf({ query, userAgent, kind, info }: Call, operation: Manager['operation']): Writer {
  const name = query.get('fieldManager') || userAgent.split('/')[0] || 'unknown'
  const apiVersion = kind.group ? `${kind.group}/${kind.version}` : kind.version
  return { name: name.slice(0, 128), operation, apiVersion, subresource: info.subresource }
}

const letters = 'bcdfghjklmnpqrstvwxz2456789'
const suffix = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')

export function create(call: Call, body: Json | undefined, applied = false): KubeObject {
  const { cluster, kind, info } = call
  const sent = decode(call, body)
  const metadata = sent.metadata
  if (info.name) metadata.name ??= info.name
  if (!nameOf(sent) && text(metadata.generateName))
    metadata.name = `${text(metadata.generateName).slice(0, 58)}${suffix()}`
  if (!nameOf(sent)) {
    throw invalid(kind, '', [
      {
        field: 'metadata.name',
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
      },
    ])
  }
  if (text(metadata.resourceVersion)) throw badRequest('resourceVersion should not be set on objects to be created')
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion'])
    delete metadata[field]
  metadata.uid = randomUUID()
  metadata.creationTimestamp = now()
  if (!kind.builtIn || withGeneration.has(kind.kind)) metadata.generation = 1
  else delete metadata.generation
  // A node registers with its status; of all others the status is reported, never sent along.
  if (kind.status && kind.storage !== '/nodes') delete sent.status

  const rules = rulesFor(kind)
  const isDry = isDryRun(call)
  rules.defaults(sent)
  // Ownership is of what was sent: what admission and the server add belongs to nobody.
  const owned = applied ? sent : trackUpdate(undefined, dropEmpty(sent), writerOf(call, 'Update'), kind.schema)
  admit(call, owned, undefined)
  rules.prepare(call, owned, undefined)
  refuse(call, owned, [...checkMetadata(kind, owned), ...rules.validate(owned, undefined)])
  const key = keyOf(kind, namespaceOf(owned), nameOf(owned))
  const quota = settleQuota(call, owned, undefined)
  if (cluster.store.get(kind.storage, key)) throw alreadyExists(kind, nameOf(owned))
  if (isDry) return owned
  quota()
  return cluster.store.put(kind.storage, key, toStored(owned, kind))
}

export type Change = (live: KubeObject) => Json | undefined

/** Changes what is stored; `how` says whether the caller has tracked ownership itself (apply). */
export function update(call: Call, live: KubeObject, change: Change, how: 'update' | 'apply' = 'update'): KubeObject {
  const { cluster, kind, info } = call
  const sent = decode(call, change(live))
  checkPreconditions(call, sent, live)
  keepMetadata(sent, live)
  const rules = rulesFor(kind)
  const isDry = isDryRun(call)
  const isStatus = info.subresource === 'status'
  if (isStatus) takeOnlyStatus(call, sent, live)
  else if (kind.status) keepField(sent, live, 'status')
  rules.defaults(sent)
  const owned = how === 'apply' ? sent : trackUpdate(live, dropEmpty(sent), writerOf(call, 'Update'), kind.schema)
  if (!isStatus) {
    admit(call, owned, live)
    rules.prepare(call, owned, live)
  }
  refuse(call, owned, [
    ...checkMetadata(kind, owned),
    ...finalizersOnlyShrink(owned, live),
    ...rules.validate(owned, live),
  ])
  if (hasNewSpec(call, owned, live)) owned.metadata.generation = Number(live.metadata.generation ?? 0) + 1
  if (isUnchanged(owned, live)) return live
  const quota = isStatus ? () => {} : settleQuota(call, owned, live)
  if (isDry) return owned
  quota()
  const key = keyOf(kind, namespaceOf(live), nameOf(live))
  return finishRemoval(call, toStored(owned, kind)) ?? cluster.store.put(kind.storage, key, toStored(owned, kind))
}

function refuse(call: Call, sent: KubeObject, errors: Parameters<typeof invalid>[2]): void {
  if (errors.length > 0) throw invalid(call.kind, nameOf(sent), errors)
}

function checkPreconditions({ kind, info }: Call, sent: KubeObject, live: KubeObject): void {
  const name = nameOf(live)
  const version = text(sent.metadata.resourceVersion)
  if (!kind.builtIn && version === '' && info.verb === 'update') {
    throw invalid({ ...kind, kind: kind.plural }, name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
  if (version !== '' && !/^\d+$/.test(version)) {
    throw invalid(kind, name, [
      invalidValue(
        'metadata.resourceVersion',
        version,
        `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
      ),
    ])
  }
  const uid = text(sent.metadata.uid)
  if (uid !== '' && uid !== live.metadata.uid && info.verb === 'patch') {
    throw invalid(kind, name, [invalidValue('metadata.uid', uid, 'field is immutable')])
  }
  if (uid !== '' && uid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${text(live.metadata.uid)}`,
    )
  }
  if (version !== '' && version !== '0' && version !== live.metadata.resourceVersion) throw conflict(kind, name)
}

const immutableMetadata = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'resourceVersion',
  'name',
  'namespace',
  'generateName',
]

function keepMetadata(sent: KubeObject, live: KubeObject): void {
  for (const field of immutableMetadata) {
    const value = live.metadata[field]
    if (value === undefined) delete sent.metadata[field]
    else sent.metadata[field] = value
  }
  if (objects(sent.metadata.managedFields).length === 0) keepField(sent.metadata, live.metadata, 'managedFields')
}

function keepField(sent: JsonObject, live: JsonObject, field: string): void {
  if (live[field] === undefined) delete sent[field]
  else sent[field] = clone(live[field])
}

function takeOnlyStatus({ kind }: Call, sent: KubeObject, live: KubeObject): void {
  const { managedFields } = sent.metadata
  const metadata = kind.builtIn
    ? sent.metadata
    : { ...clone(live.metadata), ...(managedFields ? { managedFields } : {}) }
  for (const field of Object.keys(sent)) if (field !== 'status') delete sent[field]
  for (const [field, value] of Object.entries(live)) if (field !== 'status') sent[field] = clone(value)
  sent.metadata = metadata
}

function finalizersOnlyShrink(sent: KubeObject, live: KubeObject) {
  if (!live.metadata.deletionTimestamp) return []
  const added = texts(sent.metadata.finalizers).filter((one) => !texts(live.metadata.finalizers).includes(one))
  if (added.length === 0) return []
  const shown = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`
  return [
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
    ),
  ]
}

/** Of custom resources everything but metadata and status counts as what is wanted; of built-in ones the spec. */
function hasNewSpec({ kind, info }: Call, sent: KubeObject, live: KubeObject): boolean {
  if (info.subresource === 'status' || live.metadata.generation === undefined) return false
  if (kind.builtIn) return !equal(sent.spec, live.spec)
  const wanted = ({ metadata: _metadata, apiVersion: _version, status, ...rest }: KubeObject) =>
    kind.status ? rest : { ...rest, status }
  return !equal(wanted(sent), wanted(live))
}

/** Absent and empty labels, annotations and the like mean the same; Kubernetes stores neither. */
function dropEmpty(sent: KubeObject): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(sent.metadata).filter(
      ([key, value]) => !(value === null || (key !== 'managedFields' && isEmpty(value))),
    ),
  )
  return { ...sent, metadata }
}

function isUnchanged(after: KubeObject, before: KubeObject): boolean {
  const bare = (value: KubeObject) => withManagers(value, [])
  const shares = (value: KubeObject) => managersOf(value).map(({ time: _time, ...rest }) => rest)
  return equal(bare(after), bare(before)) && equal(shares(after), shares(before))
}
