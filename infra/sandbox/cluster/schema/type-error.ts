import { isObject, type Json } from '../json.ts'
import { fieldSchema, resolve, type Schema } from './schema.ts'

/** What Go's JSON decoder would say of a value of the wrong type; the first one found. */
export function typeError(value: Json, schema: Schema, parent: string, path = ''): string | undefined {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value
  const go = goType(schema)
  if (go && !go.accepts.includes(actual === 'boolean' ? 'bool' : actual)) {
    return `json: cannot unmarshal ${actual === 'boolean' ? 'bool' : actual} into Go struct field ${parent}${path} of type ${go.name}`
  }
  const owner = schema['x-definition'] ?? parent
  if (Array.isArray(value)) {
    const items = schema.items && resolve(schema.items)
    if (items)
      for (const item of value) {
        const wrong = typeError(item, items, owner, path)
        if (wrong) return wrong
      }
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const known = fieldSchema(schema, key)
      const wrong =
        known && child !== undefined && typeError(child, known, owner, schema.properties ? `${path}.${key}` : path)
      if (wrong) return wrong
    }
  } else if (typeof value === 'number' && schema.type === 'integer' && !Number.isSafeInteger(value)) {
    return `json: cannot unmarshal number ${value} into Go struct field ${parent}${path} of type ${schema.format ?? 'int64'}`
  }
  return undefined
}

function goType(schema: Schema): { name: string; accepts: string[] } | undefined {
  if (schema.oneOf || schema.format === 'int-or-string')
    return {
      name: schema.format === 'int-or-string' ? 'intstr.IntOrString' : 'resource.Quantity',
      accepts: ['string', 'number'],
    }
  switch (schema.type) {
    case 'string':
      return { name: schema.format === 'date-time' ? 'time.Time' : 'string', accepts: ['string'] }
    case 'integer':
      return { name: schema.format ?? 'int64', accepts: ['number'] }
    case 'number':
      return { name: 'float64', accepts: ['number'] }
    case 'boolean':
      return { name: 'bool', accepts: ['bool'] }
    case 'array':
      return { name: 'slice', accepts: ['array'] }
    case 'object':
      return { name: schema.additionalProperties ? 'map[string]string' : 'object', accepts: ['object'] }
    default:
      return undefined
  }
}
