/**
 * A page of rows in any of a few orders, read by the database: after the last row seen by its key and, among equals, by
 * its id. Rows without a value come last, whichever way it is sorted.
 */
import { z } from 'zod'
import { CursorText, decodeCursor } from './cursor.ts'

/** Where the value of a sort key stands in a row of Prisma's, and of which kind it is. */
export type SortField = {
  path: readonly [string] | readonly [string, string]
  kind: 'text' | 'integer' | 'number' | 'time'
  nullable?: true
}

type Keyset = { where: object; orderBy: object[]; cursorOf: (row: object) => readonly (string | number | null)[] }

const kinds = {
  text: CursorText,
  integer: z.int32(),
  number: z.number(),
  time: z.iso.datetime().transform((text) => new Date(text)),
} as const satisfies Record<SortField['kind'], z.ZodType>

export function keyset(sort: string, fields: Readonly<Record<string, SortField>>, cursor?: string): Keyset {
  const down = sort.startsWith('-')
  const field = fields[down ? sort.slice(1) : sort]
  if (!field) throw new Error(`No list is sorted by ${sort}`)
  const way = down ? 'desc' : 'asc'
  const order = field.nullable ? { sort: way, nulls: 'last' } : way
  return {
    where: cursor === undefined ? {} : beyond(field, down, decodeCursor(cursor, cursorOf(sort, field))),
    orderBy: [nested(field.path, order), { id: 'asc' }],
    cursorOf: (row) => [sort, valueIn(row, field), String(at(row, 'id'))],
  }
}

function cursorOf(sort: string, { kind, nullable }: SortField) {
  const value = kinds[kind]
  return z.tuple([z.literal(sort), nullable ? value.nullable() : value, z.uuid()])
}

function beyond(
  { path, nullable }: SortField,
  down: boolean,
  [, value, id]: readonly [string, unknown, string],
): object {
  const later = { id: { gt: id } }
  if (value === null) return { ...nested(path, null), ...later }
  return {
    OR: [
      nested(path, { [down ? 'lt' : 'gt']: value }),
      { AND: [nested(path, value), later] },
      ...(nullable ? [nested(path, null)] : []),
    ],
  }
}

const nested = (path: readonly string[], value: unknown): object =>
  Object(path.reduceRight((inner, name) => ({ [name]: inner }), value))

function valueIn(row: object, { path }: SortField): string | number | null {
  const value = path.reduce<unknown>(at, row)
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'number' || value === null ? value : String(value)
}

const at = (value: unknown, name: string): unknown => Reflect.get(Object(value), name)
