// Checks a value against a structural schema: what is unknown, what is wrong. Custom resources get the messages that
// Kubernetes gives for them; built-in kinds reuse the type check for decoding errors.
import { type FieldError, invalidValue, required, tooLong, unsupported, wrongType } from '../http/status.ts'
import { equal, isObject, type Json, type JsonObject } from '../json.ts'
import { fieldSchema, keepsUnknown, objectMeta, resolve, type Schema } from './schema.ts'

/** The value without the fields its schema does not know, and their paths. */
export function prune(value: Json, schema: Schema, path: string, unknown: string[]): Json {
  if (Array.isArray(value)) {
    const items = schema.items
    return items ? value.map((item, index) => prune(item, resolve(items), `${path}[${index}]`, unknown)) : value
  }
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue
    const here = path ? `${path}.${key}` : key
    const known = fieldSchema(schema, key) ?? (schema['x-kubernetes-embedded-resource'] ? embedded(key) : undefined)
    if (known) out[key] = prune(child, known, here, unknown)
    else if (keepsUnknown(schema)) out[key] = child
    else unknown.push(here)
  }
  return out
}

const embedded = (key: string): Schema | undefined =>
  key === 'metadata' ? resolve(objectMeta) : key === 'kind' || key === 'apiVersion' ? { type: 'string' } : undefined

/** Fills in the defaults a custom resource's schema states. */
export function applyDefaults(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) {
    const items = schema.items
    return items ? value.map((item) => applyDefaults(item, resolve(items))) : value
  }
  if (!isObject(value)) return value
  const out: JsonObject = { ...value }
  for (const [key, raw] of Object.entries(schema.properties ?? {})) {
    const child = resolve(raw)
    const isMissing = out[key] === undefined || (out[key] === null && !child.nullable)
    if (isMissing && child.default !== undefined) out[key] = structuredClone(child.default)
  }
  for (const [key, child] of Object.entries(out)) {
    const known = fieldSchema(schema, key)
    if (known && child !== undefined) out[key] = applyDefaults(child, known)
  }
  return out
}

const typeName = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value

function hasType(value: Json, schema: Schema): boolean {
  const actual = typeName(value)
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string')
    return actual === 'integer' || actual === 'string'
  if (!schema.type) return true
  return actual === schema.type || (schema.type === 'number' && actual === 'integer')
}

export function check(value: Json, schema: Schema, path: string): FieldError[] {
  if (value === null && schema.nullable) return []
  if (!hasType(value, schema)) {
    const wanted = schema.type ?? 'integer,string'
    return [
      wrongType(
        path || '<nil>',
        Array.isArray(value) || isObject(value) ? typeName(value) : typeName(value),
        `${path || '<nil>'} in body must be of type ${wanted}: "${typeName(value)}"`,
      ),
    ]
  }
  return [
    ...checkValue(value, schema, path),
    ...checkCombined(value, schema, path),
    ...checkInside(value, schema, path),
  ]
}

function checkValue(value: Json, schema: Schema, path: string): FieldError[] {
  const wrong = (why: string) => invalidValue(path, value, `${path} in body ${why}`)
  const errors: FieldError[] = []
  if (schema.enum && !schema.enum.some((allowed) => equal(allowed, value)))
    errors.push(unsupported(path, value, schema.enum))
  if (typeof value === 'number') {
    const { minimum: low, maximum: high } = schema
    if (low !== undefined && (schema.exclusiveMinimum ? value <= low : value < low)) {
      errors.push(wrong(`should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${low}`))
    }
    if (high !== undefined && (schema.exclusiveMaximum ? value >= high : value > high)) {
      errors.push(wrong(`should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${high}`))
    }
  }
  if (typeof value === 'string') {
    const length = [...value].length
    if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, schema.maxLength))
    if (schema.minLength !== undefined && length < schema.minLength)
      errors.push(wrong(`should be at least ${schema.minLength} chars long`))
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value))
      errors.push(wrong(`should match '${schema.pattern}'`))
    if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) {
      errors.push(wrong(`must be of type date-time: ${JSON.stringify(value)}`))
    }
  }
  return errors
}

function checkCombined(value: Json, schema: Schema, path: string): FieldError[] {
  const passes = (option: Schema) => check(value, resolve(option), path).length === 0
  const errors = (schema.allOf ?? []).flatMap((part) => check(value, resolve(part), path))
  const wrong = (why: string) =>
    invalidValue(
      path,
      Array.isArray(value) || isObject(value) ? typeName(value) : value,
      `${path ? `${path} in body ` : ''}${why}`,
    )
  if (schema.anyOf && !schema.anyOf.some(passes)) errors.push(wrong('must validate at least one schema (anyOf)'))
  if (schema.oneOf && schema.oneOf.filter(passes).length !== 1)
    errors.push(wrong('must validate one and only one schema (oneOf)'))
  if (schema.not && passes(schema.not)) errors.push(wrong('must not validate the schema (not)'))
  return errors
}

function checkInside(value: Json, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const many = (limit: number, size: number) => ({
    field: path,
    reason: 'FieldValueTooMany',
    message: `Too many: ${size}: must have at most ${limit} items`,
  })
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems)
      errors.push(many(schema.maxItems, value.length))
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      errors.push(invalidValue(path, value.length, `${path} in body should have at least ${schema.minItems} items`))
    }
    const items = schema.items && resolve(schema.items)
    if (items)
      value.forEach((item, index) => {
        errors.push(...check(item, items, `${path}[${index}]`))
      })
    errors.push(...duplicates(value, schema, path))
  } else if (isObject(value)) {
    const size = Object.keys(value).length
    if (schema.maxProperties !== undefined && size > schema.maxProperties) errors.push(many(schema.maxProperties, size))
    for (const key of schema.required ?? []) {
      if (value[key] === undefined) errors.push(required(path ? `${path}.${key}` : key))
    }
    for (const [key, child] of Object.entries(value)) {
      const known = fieldSchema(schema, key)
      if (known && child !== undefined) errors.push(...check(child, known, path ? `${path}.${key}` : key))
    }
  }
  return errors
}

function duplicates(items: Json[], schema: Schema, path: string): FieldError[] {
  const kind = schema['x-kubernetes-list-type']
  if (kind !== 'map' && kind !== 'set') return []
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const keys = isObject(item)
      ? Object.fromEntries((schema['x-kubernetes-list-map-keys'] ?? []).map((key) => [key, item[key]]))
      : item
    const shown = JSON.stringify(kind === 'map' ? keys : item)
    const isNew = seen.size < seen.add(shown).size
    return isNew
      ? []
      : [{ field: `${path}[${index}]`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown}` }]
  })
}
