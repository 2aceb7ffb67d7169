import type { ReactNode } from 'react'

export type Column<Row> = {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** Plain value: makes the column exportable, and sortable where all rows are here. */
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
