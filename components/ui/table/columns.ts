import type { ReactNode } from 'react'

export type Column<Row> = {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** Plain value: makes the column sortable and exportable. */
  value?: (row: Row) => string | number | null
  /** For a column of buttons: its title is only read aloud. */
  hideTitle?: boolean
  align?: 'right'
  /** On a narrow screen: the first line, the corner of it, the quiet second line, or nothing. */
  narrow?: 'title' | 'corner' | 'line' | 'hidden'
  /** Says what a bare number is on a narrow screen, where there is no head. */
  narrowLabel?: boolean
  /** Left out until somebody asks for it. */
  optional?: boolean
}

export type Sort = { key: string; down: boolean }

/** `-p95` in the address means p95, largest first. */
export function parseSort(text: string | null): Sort | null {
  if (!text) return null
  return text.startsWith('-') ? { key: text.slice(1), down: true } : { key: text, down: false }
}

/** The sort after a click on a head: up, then down, then as it came. */
export function nextSort(now: Sort | null, key: string): string | null {
  if (now?.key !== key) return key
  return now.down ? null : `-${key}`
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
