// Server-side apply: each manager states all it cares about; what it stops stating goes, unless somebody else wants it.
import { StatusError } from '../http/status.ts'
import { equal, isObject, type Json, type JsonObject, type KubeObject, now } from '../json.ts'
import { anything, childrenOf, fieldSchema, resolve, type Schema } from '../schema/schema.ts'
import {
  compare,
  difference,
  emptySet,
  type FieldSet,
  fieldsOf,
  hasNothing,
  intersection,
  paths,
  toFields,
  without,
} from './field-set.ts'
import { isSame, type Manager, managersOf, ownable, type Writer, withManagers } from './managed-fields.ts'

export function apply(
  live: KubeObject | undefined,
  config: KubeObject,
  writer: Writer,
  force: boolean,
  schema: Schema,
): KubeObject {
  const managers = managersOf(live)
  const others = managers.filter((manager) => !isSame(manager, writer))
  const before = managers.find((manager) => isSame(manager, writer))
  const fields = fieldsOf(ownable(config), schema)
  fields.member = false

  const merged = merge(live, withoutBookkeeping(config), schema)
  const dropped = difference(before?.fields ?? emptySet(), fields)
  const pruned = prune(
    merged,
    dropped,
    others.map((manager) => manager.fields),
    fields,
    schema,
  )
  const result: KubeObject = { ...config, ...(isObject(pruned) ? pruned : {}), metadata: metadataOf(pruned, config) }

  const { changed, removed } = compare(ownable(live), ownable(result), schema)
  changed.member = false
  const contested = others
    .map((manager) => ({ manager, fields: intersection(manager.fields, changed) }))
    .filter((conflict) => !hasNothing(conflict.fields))
  if (contested.length > 0 && !force) throw conflicts(contested)

  const next = others.map((manager) => ({ ...manager, fields: without(difference(manager.fields, changed), removed) }))
  const unchanged =
    before && equal(toFields(before.fields), toFields(fields)) && before.apiVersion === writer.apiVersion
  next.push({ ...writer, time: unchanged ? before.time : now(), fields })
  return withManagers(result, next)
}

const metadataOf = (value: Json | undefined, config: KubeObject): JsonObject =>
  isObject(value) && isObject(value.metadata) ? value.metadata : config.metadata

function withoutBookkeeping(config: KubeObject): JsonObject {
  const {
    managedFields: _managed,
    creationTimestamp: _created,
    uid: _uid,
    resourceVersion: _version,
    ...metadata
  } = config.metadata
  return { ...config, metadata }
}

/** The second value over the first; lists with keys join item by item, in the order they already have. */
export function merge(base: Json | undefined, over: Json | undefined, schema: Schema): Json | undefined {
  const below = childrenOf(base, schema)
  const above = childrenOf(over, schema)
  if (over === undefined) return base
  if (!below || !above || Array.isArray(base) !== Array.isArray(over)) return over
  const names = [...new Set([...below.keys(), ...above.keys()])]
  const parts = names.map((name): [string, Json] => {
    const child = above.get(name) ?? below.get(name)
    return [name, merge(below.get(name)?.value, above.get(name)?.value, child?.schema ?? anything) ?? null]
  })
  if (Array.isArray(over)) return parts.map(([, value]) => value)
  return Object.fromEntries(parts.map(([name, value]) => [name.slice(2), value]))
}

/** Takes out what the manager no longer states, keeping whatever another manager or the new statement holds. */
function prune(
  value: Json | undefined,
  dropped: FieldSet,
  others: FieldSet[],
  stated: FieldSet,
  schema: Schema,
): Json | undefined {
  const children = childrenOf(value, schema)
  if (!children) return value
  const kept: [string, Json][] = []
  for (const [name, child] of children) {
    const gone = dropped.children.get(name)
    const holders = others.flatMap((set) => set.children.get(name) ?? [])
    const restated = stated.children.get(name)
    if (!gone) kept.push([name, child.value])
    else if (gone.member && holders.length === 0 && !restated) continue
    else {
      const rest = prune(child.value, gone, holders, restated ?? emptySet(), child.schema)
      const emptied = isObject(rest) && Object.keys(rest).length === 0 && !restated && holders.length === 0
      if (rest !== undefined && !emptied) kept.push([name, rest])
    }
  }
  if (Array.isArray(value)) return kept.length > 0 ? kept.map(([, item]) => item) : undefined
  return Object.fromEntries(kept.map(([name, item]) => [name.slice(2), item]))
}

const described = ({ name, operation, apiVersion, subresource }: Manager) =>
  `"${name}"${subresource ? ` with subresource "${subresource}"` : ''}${operation === 'Update' ? ` using ${apiVersion}` : ''}`

function conflicts(contested: { manager: Manager; fields: FieldSet }[]): StatusError {
  const all = contested.flatMap(({ manager, fields }) =>
    paths(fields).map((path) => ({ who: described(manager), path })),
  )
  const causes = all.map(({ who, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who}`,
    field: path,
  }))
  const [only] = all
  const groups = contested.flatMap(({ manager, fields }) => [
    `conflicts with ${described(manager)}:`,
    ...paths(fields).map((path) => `- ${path}`),
  ])
  const message =
    all.length === 1 && only
      ? `1 conflict: conflict with ${only.who}: ${only.path}`
      : `${all.length} conflicts: ${groups.join('\n')}`
  return new StatusError(409, 'Conflict', `Apply failed with ${message}`, { causes })
}

/** Paths in the configuration that the schema does not know: apply refuses them outright. */
export function undeclared(value: Json | undefined, schema: Schema, path = ''): string[] {
  if (Array.isArray(value)) {
    const items = schema.items
    return items ? value.flatMap((item, index) => undeclared(item, resolve(items), `${path}[${index}]`)) : []
  }
  if (!isObject(value) || !schema.properties) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const known = fieldSchema(schema, key)
    if (known) return undeclared(child, known, `${path}.${key}`)
    return schema['x-kubernetes-preserve-unknown-fields'] ? [] : [`${path}.${key}`]
  })
}
