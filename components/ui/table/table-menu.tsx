'use client'

import { IconColumns3, IconDownload } from '@tabler/icons-react'
import { Dropdown } from '#components/ui/actions/dropdown.tsx'
import { DropdownItem, DropdownLine, DropdownTitle } from '#components/ui/actions/dropdown-item.tsx'
import type { Column } from './columns.ts'
import { csvOf, download } from './csv.ts'
import classes from './table.module.css'

type Props<Row> = {
  name: string
  columns: readonly Column<Row>[]
  shown: readonly Column<Row>[]
  choose: (key: string, shown: boolean) => void
  rows: readonly Row[]
}

export function TableMenu<Row>({ name, columns, shown, choose, rows }: Props<Row>) {
  const isShown = (column: Column<Row>) => shown.some((each) => each.key === column.key)
  return (
    <Dropdown
      label="Table settings"
      button={<IconColumns3 size={17} stroke={1.7} aria-hidden />}
      buttonClass={classes.settings}
    >
      {(close) => (
        <>
          <DropdownTitle>Columns</DropdownTitle>
          {columns.slice(1).map((column) => (
            <DropdownItem
              key={column.key}
              choice="checkbox"
              checked={isShown(column)}
              onClick={() => choose(column.key, !isShown(column))}
            >
              {column.title}
            </DropdownItem>
          ))}
          <DropdownLine />
          <DropdownItem
            icon={<IconDownload size={16} stroke={1.7} aria-hidden />}
            disabled={rows.length === 0}
            onClick={() => {
              download(`${name}.csv`, csvOf(rows, columns), 'text/csv')
              close()
            }}
          >
            Download these rows as CSV
          </DropdownItem>
        </>
      )}
    </Dropdown>
  )
}
