import { clone, equal, type JsonObject, type KubeObject, now, object, objects, text } from '../json.ts'
import type { Schema } from '../schema/schema.ts'
import { compare, emptySet, type FieldSet, fromFields, hasNothing, toFields, union, without } from './field-set.ts'

export type Manager = {
  name: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource: string
  time: string
  fields: FieldSet
}

export type Writer = Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>

export const isSame = (a: Writer, b: Writer): boolean =>
  a.name === b.name &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion)

export const managersOf = (value: JsonObject | undefined): Manager[] =>
  objects(object(value?.metadata).managedFields)
    .filter((entry) => text(entry.manager) !== '' || text(entry.operation) !== '')
    .map((entry) => ({
      name: text(entry.manager),
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: text(entry.apiVersion),
      subresource: text(entry.subresource),
      time: text(entry.time),
      fields: fromFields(entry.fieldsV1),
    }))

export function withManagers<T extends JsonObject>(value: T, managers: Manager[]): T {
  const metadata: JsonObject = { ...object(value.metadata) }
  const kept = managers.filter((manager) => !hasNothing(manager.fields))
  if (kept.length === 0) delete metadata.managedFields
  else
    metadata.managedFields = kept.map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      time: manager.time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFields(manager.fields),
      ...(manager.subresource ? { subresource: manager.subresource } : {}),
    }))
  return { ...value, metadata }
}

const bookkeeping = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
]

/** The object as far as anybody can own it. */
export function ownable(value: JsonObject | undefined): JsonObject {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = value ?? {}
  const kept = Object.entries(object(metadata)).filter(([key]) => !bookkeeping.includes(key))
  return { ...rest, ...(kept.length > 0 ? { metadata: Object.fromEntries(kept) } : {}) }
}

/** After a plain write: the writer owns what it changed, and whoever owned that before no longer does. */
export function trackUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  schema: Schema,
): KubeObject {
  const stated = objects(after.metadata.managedFields)
  const managers = stated.length > 0 ? managersOf(after) : managersOf(before)
  const { changed, removed } = compare(ownable(before), ownable(after), schema)
  changed.member = false
  const gone = union(changed, removed)
  const next = managers.map((manager) =>
    isSame(manager, writer) ? manager : { ...manager, fields: without(manager.fields, gone) },
  )
  const own = next.find((manager) => isSame(manager, writer))
  const fields = union(without(own?.fields ?? emptySet(), removed), changed)
  if (own) {
    if (!equal(toFields(fields), toFields(own.fields))) Object.assign(own, { fields, time: now() })
  } else if (!hasNothing(fields)) next.push({ ...writer, time: now(), fields })
  return withManagers(clone(after), next)
}
