/** Puts a contract's input together from path, query and body, and parses it: every faulty field is named at once. */
import type { z } from 'zod'
import type { Contract } from '../../contracts/contract.ts'
import type { FieldError } from '../../contracts/problem.ts'
import { failure } from '../../errors.ts'

/** What the path says, or undefined where it is not this contract's. */
export function pathValues(contract: Contract, pathname: string): Record<string, string> | undefined {
  const wanted = contract.path.split('/')
  const given = pathname.split('/')
  if (wanted.length !== given.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name) values[name] = decoded(text)
    else if (part !== text) return undefined
  }
  return values
}

function decoded(text: string): string {
  let value: string
  try {
    value = decodeURIComponent(text)
  } catch {
    throw failure('malformed_request', 'The address has a broken percent encoding.', 'Encode it as UTF-8.')
  }
  if (value.includes('\u0000')) throw failure('malformed_request', 'The address has a NUL character.', 'Remove it.')
  return value
}

export function queryValues(query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {}
  const faults: FieldError[] = []
  for (const [name, value] of query) {
    if (Object.hasOwn(values, name)) faults.push({ field: name, message: 'This is given twice.' })
    else if (value.includes('\u0000')) faults.push({ field: name, message: 'This has a NUL character.' })
    else if (name !== '__proto__') values[name] = value
  }
  if (faults.length > 0) throw wrongFields(faults)
  return values
}

export function bodyValues(body: unknown): Record<string, unknown> {
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) return { ...body }
  throw failure('malformed_request', 'The body is not a JSON object.', 'Send a JSON object.')
}

/** The path wins over the body: a body cannot point a request at another team than the one it was let into. */
export function merged(body: Record<string, unknown>, path: Record<string, string>): Record<string, unknown> {
  const foreign = Object.entries(path)
    .filter(([name, value]) => Object.hasOwn(body, name) && body[name] !== value)
    .map(([name]) => ({ field: name, message: 'This differs from the address.' }))
  if (foreign.length > 0) throw wrongFields(foreign)
  return { ...body, ...path }
}

export function parseInput<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  throw wrongFields(parsed.error.issues.flatMap(fieldErrors))
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: field ? `${field}.${key}` : key,
      message: 'There is no such field here.',
    }))
  }
  return [{ field, message: issue.message }]
}

function wrongFields(fields: FieldError[]) {
  const distinct = [...new Map(fields.map((each) => [`${each.field} ${each.message}`, each])).values()].slice(0, 50)
  const names = [...new Set(distinct.map((each) => each.field).filter(Boolean))]
  const detail =
    names.length === 0
      ? (distinct[0]?.message ?? 'The input is not valid.')
      : names.length === 1
        ? `${names[0]}: ${distinct[0]?.message}`
        : `${names.length} fields are not valid: ${names.slice(0, 10).join(', ')}.`
  return failure('invalid_input', detail, 'Correct the fields and send it again.', { fields: distinct })
}
