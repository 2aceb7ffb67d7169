/**
 * A page of things that are put together here and few enough to hold, in any of a few orders: after the last one seen
 * by its value and, among equals, by its id. Things without a value come last, whichever way it is sorted.
 */
import { z } from 'zod'
import { CursorText, decodeCursor, pageOf } from './cursor.ts'

type Value = string | number | null
export type SortValues<Item> = Readonly<Record<string, (item: Item) => Value>>

type Ask = { sort: string; cursor?: string | undefined; limit: number }

const names = new Intl.Collator('en', { numeric: true })

export function sortedPage<Item>(
  items: readonly Item[],
  { sort, cursor, limit }: Ask,
  values: SortValues<Item>,
  idOf: (item: Item) => string,
): { items: Item[]; nextCursor: string | null } {
  const down = sort.startsWith('-')
  const valueIn = values[down ? sort.slice(1) : sort]
  if (!valueIn) throw new Error(`No list is sorted by ${sort}`)
  const compare = (left: Place, right: Place) =>
    byValue(left.value, right.value, down) || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
  const after = cursor === undefined ? undefined : placeIn(cursor, sort)
  const places = items
    .map((item) => ({ item, value: valueIn(item), id: idOf(item) }))
    .filter((place) => after === undefined || compare(place, after) > 0)
    .sort(compare)
  return pageOf(
    places,
    limit,
    (place) => place.item,
    (place) => [sort, place.value, place.id],
  )
}

type Place = { value: Value; id: string }

function placeIn(cursor: string, sort: string): Place {
  const Cursor = z.tuple([z.literal(sort), z.union([CursorText, z.number()]).nullable(), CursorText])
  const [, value, id] = decodeCursor(cursor, Cursor)
  return { value, id }
}

function byValue(left: Value, right: Value, down: boolean): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  const order =
    typeof left === 'number' && typeof right === 'number' ? left - right : names.compare(String(left), String(right))
  return down ? -order : order
}
