// Kubernetes' strategic merge patch: a merge patch that knows which lists are keyed.
import { badRequest } from '../http/status.ts'
import { equal, isObject, type Json, type JsonObject, list, objects, texts } from '../json.ts'
import { fieldSchema, resolve, type Schema } from '../schema/schema.ts'

const deleteFrom = '$deleteFromPrimitiveList/'
const orderOf = '$setElementOrder/'

export function strategicMerge(target: Json | undefined, patch: JsonObject, schema: Schema): JsonObject {
  const directive = patch.$patch
  const { $patch: _directive, $retainKeys: retained, ...changes } = patch
  if (directive === 'replace') return changes
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`invalid value ${JSON.stringify(directive)} for $patch`)
  const out: JsonObject = isObject(target) ? { ...target } : {}
  if (retained) for (const key of Object.keys(out)) if (!texts(retained).includes(key)) delete out[key]

  for (const [key, value] of Object.entries(changes)) {
    if (key.startsWith(deleteFrom)) {
      const field = key.slice(deleteFrom.length)
      out[field] = list(out[field]).filter((item) => !list(value).some((gone) => equal(gone, item)))
    } else if (key.startsWith(orderOf)) continue
    else if (value === null) delete out[key]
    else if (value !== undefined) out[key] = mergeField(out[key], value, schema, key)
  }
  for (const [key, order] of Object.entries(changes)) {
    if (key.startsWith(orderOf)) sortField(out, key.slice(orderOf.length), list(order), schema)
  }
  return out
}

function mergeField(current: Json | undefined, value: Json, parent: Schema, key: string): Json {
  const schema = fieldSchema(parent, key) ?? {}
  const strategies = (schema['x-kubernetes-patch-strategy'] ?? '').split(',')
  if (isObject(value)) {
    if (value.$patch === 'delete') return {}
    return strategies.includes('replace') ? value : strategicMerge(current, value, schema)
  }
  if (!Array.isArray(value)) return value
  if (!strategies.includes('merge')) return value
  const mergeKey = schema['x-kubernetes-patch-merge-key']
  if (!mergeKey) return [...new Set([...list(current), ...value])]
  return mergeItems(objects(current), objects(value), mergeKey, schema.items ? resolve(schema.items) : {})
}

function mergeItems(current: JsonObject[], patches: JsonObject[], mergeKey: string, items: Schema): Json[] {
  if (patches.some((item) => item.$patch === 'replace')) return patches.filter((item) => item.$patch === undefined)
  const position = (key: Json | undefined) => current.findIndex((item) => equal(item[mergeKey], key))
  const patched = patches.flatMap((patch) => {
    const key = patch[mergeKey]
    if (key === undefined) {
      throw badRequest(`map: ${JSON.stringify(patch)} does not contain declared merge key: ${mergeKey}`)
    }
    const known = position(key)
    return patch.$patch === 'delete' ? [] : [{ known, item: strategicMerge(current[known] ?? {}, patch, items) }]
  })
  // Patched items come before the untouched ones they stood before, and new ones before all that follow.
  const untouched = current.filter((item) => !patches.some((patch) => equal(patch[mergeKey], item[mergeKey])))
  const out: JsonObject[] = []
  for (const { known, item } of patched) {
    while (untouched[0] && known >= 0 && position(untouched[0][mergeKey]) < known) out.push(...untouched.splice(0, 1))
    out.push(item)
  }
  return [...out, ...untouched]
}

function sortField(target: JsonObject, field: string, order: Json[], parent: Schema): void {
  const items = target[field]
  if (!Array.isArray(items)) return
  const mergeKey = fieldSchema(parent, field)?.['x-kubernetes-patch-merge-key']
  const rank = (item: Json) => {
    const found = order.findIndex((wanted) =>
      mergeKey && isObject(item) && isObject(wanted) ? equal(item[mergeKey], wanted[mergeKey]) : equal(item, wanted),
    )
    return found < 0 ? Number.POSITIVE_INFINITY : found
  }
  const ranked = items.map((item, index) => ({ item, index, rank: rank(item) }))
  ranked.sort((a, b) => (a.rank === b.rank ? a.index - b.index : a.rank - b.rank))
  target[field] = ranked.map(({ item }) => item)
}
