/** What an endpoint takes, as rows of a table: from the same JSON schema that OpenAPI shows. */
import type { Contract } from '../../contracts/contract.ts'
import { schemaOf } from './openapi.ts'

export type FieldDescription = {
  name: string
  where: 'path' | 'query' | 'body'
  type: string
  required: boolean
  /** Default, bounds and meaning, as far as the schema says. */
  notes: string
}

type Schema = { [key: string]: unknown }

export function fieldsOf(contract: Contract): FieldDescription[] {
  const schema = schemaOf(contract.input, 'input')
  const inQuery = contract.method === 'GET' || contract.method === 'DELETE' || contract.upload !== undefined
  const rows = alternatives(schema).flatMap((each) =>
    Object.entries(propertiesOf(each)).map(
      ([name, field]): FieldDescription => ({
        name,
        where: contract.path.includes(`{${name}}`) ? 'path' : inQuery ? 'query' : 'body',
        type: typeOf(field),
        required: alternatives(schema).every((one) => requiredIn(one).includes(name)),
        notes: notesOf(field),
      }),
    ),
  )
  return [...Map.groupBy(rows, (row) => row.name).values()].map(together)
}

/** A field that several kinds of input share is told once, with all its types. */
function together(rows: FieldDescription[]): FieldDescription {
  const [first] = rows
  if (!first) throw new Error('A group has a row')
  const type = [...new Set(rows.map((row) => row.type))].join(' or ')
  return { ...first, type }
}

function alternatives(schema: Schema): Schema[] {
  const kinds = schema.oneOf ?? schema.anyOf
  return Array.isArray(kinds) ? kinds.map(Object) : [schema]
}

const propertiesOf = (schema: Schema): { [name: string]: Schema } => Object(schema.properties)
const requiredIn = (schema: Schema): string[] => (Array.isArray(schema.required) ? schema.required.map(String) : [])

function typeOf(field: Schema): string {
  if (field.const !== undefined) return JSON.stringify(field.const)
  if (Array.isArray(field.enum)) return field.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (field.type === 'array') return `list of ${typeOf(Object(field.items))}`
  if (field.type === 'object' && field.properties) {
    return `{ ${Object.keys(propertiesOf(field)).join(', ')} }`
  }
  if (Array.isArray(field.anyOf)) return field.anyOf.map((each) => typeOf(Object(each))).join(' or ')
  return typeof field.type === 'string' ? field.type : 'anything'
}

function notesOf(field: Schema): string {
  const bound = (words: string, value: unknown) =>
    typeof value === 'number' && Math.abs(value) < 2 ** 53 - 1 ? [`${words} ${value}`] : []
  return [
    ...(typeof field.description === 'string' ? [field.description] : []),
    ...(field.default === undefined ? [] : [`default ${JSON.stringify(field.default)}`]),
    ...bound('at least', field.minimum ?? field.minLength),
    ...bound('at most', field.maximum ?? field.maxLength),
  ].join('; ')
}
