import { describe, expect, it } from 'vitest'
import type { Column } from './columns.ts'
import { csvOf } from './csv.ts'
import { nextSort, parseSort, sortRows, sortState } from './sorting/sorting.ts'
import { changesSince } from './use-recent-changes.ts'

type Row = { name: string; p95: number | null }
const columns: Column<Row>[] = [
  { key: 'name', title: 'Model', cell: (row) => row.name, value: (row) => row.name },
  { key: 'p95', title: 'p95', cell: (row) => row.p95, value: (row) => row.p95 },
  { key: 'menu', title: '', cell: () => null },
]
const rows: Row[] = [
  { name: 'b', p95: null },
  { name: 'v10', p95: 3 },
  { name: 'v9', p95: 20 },
]

describe('sorting a table', () => {
  it('turns up, down and back with each click', () => {
    expect(nextSort(null, 'p95')).toBe('p95')
    expect(nextSort('p95', 'p95')).toBe('-p95')
    expect(nextSort('-p95', 'p95')).toBeNull()
  })

  it('turns the order that a list has of itself round and back', () => {
    expect(nextSort(null, 'name', 'name')).toBe('-name')
    expect(nextSort('-name', 'name', 'name')).toBeNull()
    expect(nextSort(null, 'number', '-number')).toBe('number')
    expect(nextSort('number', 'number', '-number')).toBeNull()
    expect(nextSort('-p95', 'number', '-number')).toBe('number')
    expect(nextSort('-p95', 'p95', 'name')).toBeNull()
  })

  it('leaves the order of the server alone, and sorts the rest only once all rows are here', () => {
    const given = { columns, rows, server: { orders: ['name', '-name'], unlessTold: '-name' } }
    const names = (text: string | null, complete: boolean) =>
      sortState({ ...given, text, complete }).rows.map((row) => row.name)
    expect(names('name', true)).toEqual(['b', 'v10', 'v9'])
    expect(names('p95', true)).toEqual(['v10', 'v9', 'b'])
    expect(names('p95', false)).toEqual(['b', 'v10', 'v9'])
    const { sortable, now } = sortState({ ...given, text: 'p95', complete: false })
    expect(columns.filter(sortable).map((column) => column.key)).toEqual(['name'])
    expect(now).toEqual({ key: 'name', down: true })
  })

  it('keeps rows without a value last in both directions', () => {
    expect(sortRows(rows, columns, parseSort('p95')).map((row) => row.name)).toEqual(['v10', 'v9', 'b'])
    expect(sortRows(rows, columns, parseSort('-p95')).map((row) => row.name)).toEqual(['v9', 'v10', 'b'])
  })

  it('orders numbers inside names as numbers', () => {
    expect(sortRows(rows, columns, parseSort('name')).map((row) => row.name)).toEqual(['b', 'v9', 'v10'])
  })

  it('leaves the order alone for a column that is not there', () => {
    expect(sortRows(rows, columns, parseSort('constructor'))).toEqual(rows)
  })
})

describe('what a live update marks', () => {
  const row = (key: string, stamp: string) => ({ key, stamp })
  const before = new Map([
    ['a', '1'],
    ['b', '1'],
  ])

  it('is a row that changed, and a new one only just after a message', () => {
    expect(changesSince(before, [row('a', '2'), row('b', '1')], false)).toEqual(['a'])
    expect(changesSince(before, [row('a', '1'), row('c', '1')], false)).toEqual([])
    expect(changesSince(before, [row('a', '1'), row('c', '1')], true)).toEqual(['c'])
  })

  it('is nothing when the list is first shown', () => {
    expect(changesSince(null, [row('a', '1')], true)).toEqual([])
  })
})

describe('the CSV of a table', () => {
  it('has a head, quotes what needs it and disarms formulas', () => {
    const text = csvOf(
      [
        { name: '=HYPERLINK("x")', p95: -1 },
        { name: 'a, "b"', p95: null },
      ],
      columns,
    )
    expect(text).toBe('Model,p95\r\n"\'=HYPERLINK(""x"")",-1\r\n"a, ""b""",\r\n')
  })
})
