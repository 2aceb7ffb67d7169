'use client'

import { IconArrowDown, IconArrowsSort, IconArrowUp, IconColumns3, IconDownload } from '@tabler/icons-react'
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
  sortable: readonly Column<Row>[]
  wayOf: (column: Column<Row>) => 'up' | 'down' | null
  turn: (key: string) => void
  /** For a table without tools of its own: only where its head cannot be seen. */
  onlySort: boolean
}

/** What one can do with a table beside reading it; on a narrow screen, where it has no head, also the way to sort it. */
export function TableMenu<Row>({ name, columns, shown, choose, rows, sortable, wayOf, turn, onlySort }: Props<Row>) {
  const isShown = (column: Column<Row>) => shown.some((each) => each.key === column.key)
  const Icon = onlySort ? IconArrowsSort : IconColumns3
  return (
    <Dropdown
      label={onlySort ? `Sort ${name}` : 'Table settings'}
      button={<Icon size={17} stroke={1.7} aria-hidden />}
      buttonClass={classes.settings}
    >
      {(close) => (
        <>
          {sortable.length > 0 && <DropdownTitle>Sort by</DropdownTitle>}
          {sortable.map((column) => (
            <DropdownItem
              key={column.key}
              choice="radio"
              checked={wayOf(column) !== null}
              sign={<WaySign way={wayOf(column)} />}
              onClick={() => turn(column.key)}
            >
              {column.title}
            </DropdownItem>
          ))}
          {!onlySort && (
            <>
              <DropdownLine />
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
        </>
      )}
    </Dropdown>
  )
}

function WaySign({ way }: { way: 'up' | 'down' | null }) {
  if (way === null) return null
  const Icon = way === 'down' ? IconArrowDown : IconArrowUp
  return (
    <>
      <span className="visually-hidden">{way === 'down' ? 'descending' : 'ascending'}</span>
      <Icon size={15} stroke={1.9} aria-hidden />
    </>
  )
}
