import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '../json.ts'

/** The part of OpenAPI that Kubernetes calls a structural schema. */
export type Schema = {
  $ref?: string
  /** The name of the definition a reference led to; kinds' defaults and checks hang on these names. */
  'x-definition'?: string
  type?: string
  format?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  required?: string[]
  nullable?: boolean
  default?: Json
  enum?: Json[]
  pattern?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  oneOf?: Schema[]
  anyOf?: Schema[]
  allOf?: Schema[]
  not?: Schema
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: string
  'x-kubernetes-patch-strategy'?: string
  'x-kubernetes-patch-merge-key'?: string
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[]
}

export const Schema: z.ZodType<Schema> = z.lazy(() => {
  const many = z.array(Schema).optional()
  const count = z.number().optional()
  const flag = z.boolean().optional()
  const word = z.string().optional()
  return z.object({
    $ref: word,
    type: word,
    format: word,
    properties: z.record(z.string(), Schema).optional(),
    additionalProperties: z.union([Schema, z.boolean()]).optional(),
    items: Schema.optional(),
    required: z.array(z.string()).optional(),
    nullable: flag,
    default: z.json().optional(),
    enum: z.array(z.json()).optional(),
    pattern: word,
    minimum: count,
    maximum: count,
    exclusiveMinimum: flag,
    exclusiveMaximum: flag,
    minLength: count,
    maxLength: count,
    minItems: count,
    maxItems: count,
    minProperties: count,
    maxProperties: count,
    oneOf: many,
    anyOf: many,
    allOf: many,
    not: Schema.optional(),
    'x-kubernetes-int-or-string': flag,
    'x-kubernetes-preserve-unknown-fields': flag,
    'x-kubernetes-embedded-resource': flag,
    'x-kubernetes-list-type': word,
    'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
    'x-kubernetes-map-type': word,
    'x-kubernetes-patch-strategy': word,
    'x-kubernetes-patch-merge-key': word,
    'x-kubernetes-group-version-kind': z
      .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
      .optional(),
  })
})

export const definitions = z
  .record(z.string(), Schema)
  .parse(JSON.parse(readFileSync(new URL('../kinds/schemas.json', import.meta.url), 'utf8')))

export const objectMeta: Schema = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }

const resolved = new WeakMap<Schema, Schema>()

/** The schema with its reference followed; what stands beside a reference wins. */
export function resolve(schema: Schema): Schema {
  if (!schema.$ref) return schema
  const known = resolved.get(schema)
  if (known) return known
  const { $ref, ...beside } = schema
  const whole = { ...definitions[$ref], ...beside, 'x-definition': $ref.split('.').at(-1) }
  resolved.set(schema, whole)
  return whole
}

export const keepsUnknown = (schema: Schema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true || isFree(schema)

/** RawExtension, FieldsV1, JSON: an object or value of any shape. */
const isFree = (schema: Schema): boolean =>
  !schema.properties &&
  !schema.additionalProperties &&
  !schema.items &&
  !schema.oneOf &&
  !schema['x-kubernetes-int-or-string'] &&
  (schema.type === undefined || schema.type === 'object') &&
  !schema.enum

/** The schema of a field: declared, or that of a map's values, or undefined when nothing is said about it. */
export function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const declared = schema.properties
  if (declared && Object.hasOwn(declared, key)) return declared[key] && resolve(declared[key])
  return isObject(schema.additionalProperties) ? resolve(schema.additionalProperties) : undefined
}

export const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true }

/** One child of a container, named as in fieldsV1: `f:name`, `k:{"name":"a"}`, `v:"x"`. */
export type Child = { value: Json; schema: Schema; declared: boolean }

/** The parts of a value that have owners of their own; undefined when it is owned as a whole. */
export function childrenOf(value: Json | undefined, schema: Schema): Map<string, Child> | undefined {
  if (isObject(value)) {
    if (schema['x-kubernetes-map-type'] === 'atomic') return undefined
    const children = new Map<string, Child>()
    for (const [key, child] of Object.entries(value)) {
      if (child === undefined) continue
      children.set(`f:${key}`, {
        value: child,
        schema: fieldSchema(schema, key) ?? anything,
        declared: schema.properties !== undefined && Object.hasOwn(schema.properties, key),
      })
    }
    return children
  }
  if (!Array.isArray(value)) return undefined
  const kind = schema['x-kubernetes-list-type']
  if (kind !== 'map' && kind !== 'set') return undefined
  const items = schema.items ? resolve(schema.items) : anything
  const children = new Map<string, Child>()
  for (const item of value)
    children.set(elementName(item, schema, items), { value: item, schema: items, declared: false })
  return children
}

function elementName(item: Json, schema: Schema, items: Schema): string {
  if (schema['x-kubernetes-list-type'] === 'set' || !isObject(item)) return `v:${JSON.stringify(item)}`
  const keys: JsonObject = {}
  for (const key of [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort()) {
    const value = item[key] ?? fieldSchema(items, key)?.default
    if (value !== undefined) keys[key] = value
  }
  return `k:${JSON.stringify(keys)}`
}

/** Calls back for every value whose schema is a named definition, with its path: on the way in, and on the way out. */
export type Visitor = (definition: string, value: Json, path: string) => void

export function visit(value: Json, schema: Schema, path: string, enter: Visitor, leave: Visitor = () => {}): void {
  const definition = schema['x-definition']
  if (definition) enter(definition, value, path)
  if (Array.isArray(value)) {
    const items = schema.items && resolve(schema.items)
    if (items) for (const [index, item] of value.entries()) visit(item, items, `${path}[${index}]`, enter, leave)
  } else if (isObject(value)) {
    const isMap = schema.properties === undefined
    for (const [key, child] of Object.entries(value)) {
      const known = fieldSchema(schema, key)
      if (!known || child === undefined) continue
      visit(child, known, isMap ? `${path}[${key}]` : path ? `${path}.${key}` : key, enter, leave)
    }
  }
  if (definition) leave(definition, value, path)
}

/** Replaces every scalar of the definition, in place. */
export function mapDefinition(value: Json, schema: Schema, definition: string, change: (value: Json) => Json): void {
  const isIt = (child: Schema) => child['x-definition'] === definition
  if (Array.isArray(value)) {
    const items = schema.items && resolve(schema.items)
    if (items)
      value.forEach((item, index) => {
        isIt(items) ? value.splice(index, 1, change(item)) : mapDefinition(item, items, definition, change)
      })
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const known = fieldSchema(schema, key)
      if (!known || child === undefined) continue
      if (isIt(known)) value[key] = change(child)
      else mapDefinition(child, known, definition, change)
    }
  }
}
