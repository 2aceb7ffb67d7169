import { duplicate, type FieldError, invalidValue, unsupported } from '../../http/status.ts'
import { type Json, type JsonObject, number, text } from '../../json.ts'

/** What is wrong with a part of an object that lies at the path, in the API server's words. */
export type Check = (value: JsonObject, path: string) => FieldError[]

export const notNegative = 'must be greater than or equal to 0'
export const countErrors = (value: JsonObject, path: string, ...fields: string[]) =>
  fields.flatMap((field) =>
    number(value[field]) < 0 ? [invalidValue(`${path}.${field}`, value[field], notNegative)] : [],
  )
export const oneOf = (value: JsonObject, path: string, field: string, allowed: string[]) =>
  value[field] === undefined || allowed.includes(text(value[field]))
    ? []
    : [unsupported(`${path}.${field}`, value[field] ?? null, allowed)]
export const portErrors = (value: Json | undefined, path: string) =>
  typeof value === 'number' && (value < 1 || value > 65535)
    ? [invalidValue(path, value, 'must be between 1 and 65535, inclusive')]
    : []
export const inBrackets = (path: string, key: string) => `${path}[${key}]`

export function duplicates(items: JsonObject[], path: string): FieldError[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const name = text(item.name)
    const isNew = seen.size < seen.add(name).size
    return isNew || name === '' ? [] : [duplicate(`${path}[${index}].name`, name)]
  })
}
