import type { Column } from '../columns.ts'

export type Sort = { key: string; down: boolean }

/** The orders that the server has for a list: a column whose key is among them is sorted there. */
export type ServerSorting = { orders: readonly string[]; unlessTold: string }

/** `-p95` in the address means p95, largest first. */
export function parseSort(text: string | null): Sort | null {
  if (!text) return null
  return text.startsWith('-') ? { key: text.slice(1), down: true } : { key: text, down: false }
}

/** The sort after a click on a head: up, then down, then as it came. */
export function nextSort(text: string | null, key: string, unlessTold: string | null = null): string | null {
  const now = parseSort(text ?? unlessTold)
  const turned =
    now?.key !== key || (now.down && parseSort(unlessTold)?.key === key) ? key : now.down ? null : `-${key}`
  return turned === unlessTold ? null : turned
}

export type SortState<Row> = {
  now: Sort | null
  /** Columns that somebody can sort by: all that the server sorts, the others once every row is here. */
  sortable: (column: Column<Row>) => boolean
  rows: Row[]
}

type Given<Row> = {
  text: string | null
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  server: ServerSorting | undefined
  complete: boolean
}

export function sortState<Row>({ text, columns, rows, server, complete }: Given<Row>): SortState<Row> {
  const sortedThere = (key: string) => server?.orders.includes(key) ?? false
  const here = (key: string) => complete && columns.some((column) => column.key === key && column.value)
  const asked = parseSort(text)
  const now = asked && (sortedThere(asked.key) || here(asked.key)) ? asked : parseSort(server?.unlessTold ?? null)
  return {
    now,
    sortable: ({ key }) => sortedThere(key) || here(key),
    rows: now && !sortedThere(now.key) ? sortRows(rows, columns, now) : [...rows],
  }
}

/** Rows without a value come last, whichever way it is sorted. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): Row[] {
  const value = columns.find((column) => column.key === sort?.key)?.value
  if (!sort || !value) return [...rows]
  const way = sort.down ? -1 : 1
  return rows.toSorted((a, b) => {
    const left = value(a)
    const right = value(b)
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    if (typeof left === 'number' && typeof right === 'number') return way * (left - right)
    return way * String(left).localeCompare(String(right), 'en', { numeric: true })
  })
}
