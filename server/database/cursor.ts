/** Where a list went on from: opaque to clients, a few values to us. */
import { z } from 'zod'
import { failure } from '../errors.ts'

type Value = string | number | null

function encodeCursor(values: readonly Value[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

export function decodeCursor<Schema extends z.ZodType>(cursor: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(unpacked(cursor))
  if (parsed.success) return parsed.data
  throw failure(
    'invalid_input',
    'The cursor is not one of ours, or belongs to another order of the list.',
    'Take the nextCursor of an answer, unchanged, with the same sort and filters.',
    { fields: [{ field: 'cursor', message: 'This is not a cursor that the portal gave out for this list.' }] },
  )
}

function unpacked(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** A text that the database can compare with: a forged cursor must not become an error of the database. */
export const CursorText = z.string().refine((text) => !text.includes('\u0000') && text.isWellFormed())

/** One more row than asked for was read: it says whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursorOf: (row: Row) => readonly Value[],
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(view), nextCursor: last && rows.length > limit ? encodeCursor(cursorOf(last)) : null }
}
