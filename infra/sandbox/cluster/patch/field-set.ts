import { equal, isEmpty, isObject, type Json, type JsonObject } from '../json.ts'
import { type Child, childrenOf, type Schema } from '../schema/schema.ts'

/** Which parts of an object somebody owns: Kubernetes' fieldsV1 as a tree. */
export type FieldSet = { member: boolean; children: Map<string, FieldSet> }

export const emptySet = (): FieldSet => ({ member: false, children: new Map() })
export const hasNothing = (set: FieldSet): boolean => !set.member && set.children.size === 0

export function fromFields(json: Json | undefined, root = true): FieldSet {
  const set = emptySet()
  if (!isObject(json)) return set
  for (const [name, child] of Object.entries(json)) if (name !== '.') set.children.set(name, fromFields(child, false))
  set.member = !root && (Object.hasOwn(json, '.') || set.children.size === 0)
  return set
}

export function toFields(set: FieldSet): JsonObject {
  const json: JsonObject = set.member && set.children.size > 0 ? { '.': {} } : {}
  for (const name of [...set.children.keys()].sort()) {
    const child = set.children.get(name)
    if (child) json[name] = toFields(child)
  }
  return json
}

/** Keeps, node by node, what `keep` says of the two sides; branches left empty go. */
function combine(
  a: FieldSet | undefined,
  b: FieldSet | undefined,
  keep: (a: boolean, b: boolean) => boolean,
): FieldSet {
  const out = emptySet()
  out.member = keep(a?.member ?? false, b?.member ?? false)
  for (const name of new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])) {
    const child = combine(a?.children.get(name), b?.children.get(name), keep)
    if (!hasNothing(child)) out.children.set(name, child)
  }
  return out
}

export const union = (a: FieldSet, b: FieldSet) => combine(a, b, (x, y) => x || y)
export const difference = (a: FieldSet, b: FieldSet) => combine(a, b, (x, y) => x && !y)
export const intersection = (a: FieldSet, b: FieldSet) => combine(a, b, (x, y) => x && y)

/** Everything at or below the members of `gone` leaves `set`: who loses a list item loses its fields. */
export function without(set: FieldSet, gone: FieldSet): FieldSet {
  const out = emptySet()
  out.member = set.member && !gone.member
  for (const [name, child] of set.children) {
    const other = gone.children.get(name)
    if (other?.member && other.children.size === 0) continue
    const rest = other ? without(child, other) : child
    if (!hasNothing(rest)) out.children.set(name, rest)
  }
  return out
}

/** What owning this value as it is written down means. */
export function fieldsOf(value: Json | undefined, schema: Schema): FieldSet {
  const set = emptySet()
  const children = childrenOf(value, schema)
  if (!children) return { ...set, member: value !== undefined }
  for (const [name, child] of children) {
    const inner = fieldsOf(child.value, child.schema)
    if (!child.declared || isEmpty(child.value)) inner.member = true
    if (!hasNothing(inner)) set.children.set(name, inner)
  }
  return set
}

/** Structures that are always there for Kubernetes, filled or not: what appears in them appears by itself. */
const standing = new Set(
  'metadata spec status template strategy updateStrategy jobTemplate containers resources names scaleTargetRef podSelector source'
    .split(' ')
    .map((name) => `f:${name}`),
)
const stands = (name: string, { schema }: Child) =>
  standing.has(name) && (schema['x-definition'] !== undefined || schema['x-kubernetes-patch-merge-key'] !== undefined)

/** A value that was not there before: its maps and lists are owned as such, besides what they hold. */
function appearing(value: Json | undefined, schema: Schema, isStanding = false): FieldSet {
  const set = emptySet()
  const children = childrenOf(value, schema)
  set.member = children ? !isStanding : !(isStanding && isEmpty(value))
  for (const [name, child] of children ?? [])
    set.children.set(name, appearing(child.value, child.schema, isStanding && stands(name, child)))
  return set
}

export type Comparison = { changed: FieldSet; removed: FieldSet }

export function compare(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema,
  isStanding = true,
): Comparison {
  const changed = emptySet()
  const removed = emptySet()
  const old = childrenOf(before, schema)
  const fresh = childrenOf(after, schema)
  if (!old && !fresh) {
    if (before !== undefined && after === undefined) removed.member = true
    else changed.member = !equal(before, after)
    return { changed, removed }
  }
  if (!fresh) return { changed, removed: appearing(before, schema) }
  if (!old) return { changed: appearing(after, schema, isStanding), removed }
  for (const name of new Set([...old.keys(), ...fresh.keys()])) {
    const child: Child | undefined = fresh.get(name) ?? old.get(name)
    if (!child) continue
    const inner = compare(old.get(name)?.value, fresh.get(name)?.value, child.schema, stands(name, child))
    const isItem = !name.startsWith('f:')
    if (isItem && !old.has(name)) inner.changed.member = true
    if (isItem && !fresh.has(name)) inner.removed.member = true
    if (!hasNothing(inner.changed)) changed.children.set(name, inner.changed)
    if (!hasNothing(inner.removed)) removed.children.set(name, inner.removed)
  }
  return { changed, removed }
}

/** Readable paths of the members: `.spec.template.spec.containers[name="a"].image`. */
export function paths(set: FieldSet, prefix = ''): string[] {
  const own = set.member && prefix !== '' ? [prefix] : []
  return [...own, ...[...set.children].flatMap(([name, child]) => paths(child, prefix + readable(name)))]
}

function readable(name: string): string {
  const body = name.slice(2)
  if (name.startsWith('f:')) return `.${body}`
  if (name.startsWith('v:')) return `[=${body}]`
  const keys: unknown = JSON.parse(body)
  return isObject(keys)
    ? `[${Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`)}]`
    : `[${body}]`
}
