/** Server-side apply in small: fields are ours when we applied them last, and somebody else's otherwise. */
import type { KubernetesObject } from '../../ports/cluster.ts'

/** Every value of an object by its path; lists count as one value. */
export type Fields = Map<string, unknown>

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)
const separator = '\u0000'

export function fieldsOf(value: unknown, path: string[] = [], fields: Fields = new Map()): Fields {
  if (isTree(value)) for (const [name, child] of Object.entries(value)) fieldsOf(child, [...path, name], fields)
  else if (value !== undefined) fields.set(path.join(separator), value)
  return fields
}

const same = (one: unknown, two: unknown) => JSON.stringify(one) === JSON.stringify(two)

/** What is stored after applying `wanted`, and the fields that somebody else has set otherwise. */
export function applyOver(
  stored: KubernetesObject | undefined,
  before: Fields | undefined,
  wanted: KubernetesObject,
): { applied: KubernetesObject; conflicts: string[] } {
  const current = fieldsOf(stored)
  const ours = fieldsOf(wanted)
  const conflicts = [...ours].flatMap(([path, value]) => {
    const isTheirs = current.has(path) && !same(before?.get(path), current.get(path))
    return isTheirs && !same(current.get(path), value) ? [`.${path.replaceAll(separator, '.')}`] : []
  })
  const result: KubernetesObject = structuredClone(stored ?? wanted)
  for (const path of before?.keys() ?? []) if (!ours.has(path)) setAt(result, path, undefined)
  for (const [path, value] of ours) setAt(result, path, value)
  return { applied: result, conflicts }
}

function setAt(tree: Tree, path: string, value: unknown): void {
  const names = path.split(separator)
  const last = names.pop() ?? ''
  let at = tree
  for (const name of names) {
    const child = at[name]
    const next: Tree = isTree(child) ? child : {}
    at[name] = next
    at = next
  }
  if (value === undefined) delete at[last]
  else at[last] = value
}

/** A JSON merge patch of an object; null takes a field away. */
export function mergeInto(stored: KubernetesObject, change: object): KubernetesObject {
  const result: KubernetesObject = structuredClone(stored)
  merge(result, { ...change })
  return result
}

function merge(into: Tree, change: Tree): void {
  for (const [name, value] of Object.entries(change)) {
    const child = into[name]
    if (value === null) delete into[name]
    else if (!isTree(value)) into[name] = value
    else {
      const next: Tree = isTree(child) ? child : {}
      into[name] = next
      merge(next, value)
    }
  }
}
