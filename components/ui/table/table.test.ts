import { describe, expect, it } from 'vitest'
import { type Column, nextSort, parseSort, sortRows } from './columns.ts'
import { csvOf } from './csv.ts'

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
    expect(nextSort(parseSort('p95'), 'p95')).toBe('-p95')
    expect(nextSort(parseSort('-p95'), 'p95')).toBeNull()
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
