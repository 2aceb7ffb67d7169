'use client'

import { Button } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useMemo } from 'react'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { BodyRow, SkeletonRows } from './body-rows.tsx'
import type { Column } from './columns.ts'
import { SortButton } from './sorting/sort-button.tsx'
import { nextSort, type ServerSorting, sortState } from './sorting/sorting.ts'
import classes from './table.module.css'
import { TableMenu } from './table-menu.tsx'
import { useChosenColumns } from './use-chosen-columns.ts'
import { useRecentChanges } from './use-recent-changes.ts'
import { useUrlState } from './use-url-state.ts'

type Props<Row> = {
  /** Names the table for assistive technology, its settings and its file. */
  name: string
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** Where a row leads; the first column becomes the link. */
  href?: (row: Row) => string
  /** What a live update may change in a row: the row is marked when it does. */
  stamp?: (row: Row) => string
  /** The orders that the server has; the page asks for the one in the address. */
  sorting?: ServerSorting
  error?: unknown
  onRetry?: () => void
  empty: ReactNode
  /** Filters, at the left above the table. */
  filters?: ReactNode
  more?: { available: boolean; loading: boolean; load: () => void }
  /** Without the row of tools above, for short tables inside a card. */
  plain?: boolean
}

export function DataTable<Row>(props: Props<Row>) {
  const { name, label, columns, rows, error, onRetry, empty, filters, more, plain = false, sorting, stamp } = props
  const [sortText, setSort] = useUrlState(plain ? `${name}-sort` : 'sort')
  const { shown, choose } = useChosenColumns(name, columns)
  const complete = !more?.available
  const sorted = useMemo(
    () => sortState({ text: sortText, columns, rows: rows ?? [], server: sorting, complete }),
    [sortText, columns, rows, sorting, complete],
  )
  const changed = useRecentChanges(stamp && rows?.map((row) => ({ key: props.rowKey(row), stamp: stamp(row) })))
  const bare = !plain && !filters
  // Without filters there is nothing to do with an empty table; one row of a short one needs no order.
  const showsTools = plain ? sorted.rows.length > 1 : !bare || sorted.rows.length > 0
  const turn = (key: string) => setSort(nextSort(sorted.now && sortText, key, sorting?.unlessTold))
  const wayOf = (column: Column<Row>) => (sorted.now?.key !== column.key ? null : sorted.now.down ? 'down' : 'up')

  return (
    <div>
      {showsTools && (
        <div
          className={plain ? classes.plainTools : bare ? classes.bareTools : classes.tools}
          data-bare-tools={bare || undefined}
        >
          {filters && <div className={classes.filters}>{filters}</div>}
          <TableMenu
            name={name}
            columns={columns}
            shown={shown}
            choose={choose}
            rows={sorted.rows}
            sortable={columns.filter(sorted.sortable)}
            wayOf={wayOf}
            turn={turn}
            onlySort={plain}
          />
        </div>
      )}
      {error && !rows ? (
        <ErrorState error={error} onRetry={onRetry} />
      ) : rows && rows.length === 0 ? (
        empty
      ) : (
        <table className={classes.table} aria-label={label} aria-busy={!rows}>
          <thead>
            <tr>
              {shown.map((column) => {
                const way = wayOf(column)
                return (
                  <th
                    key={column.key}
                    scope="col"
                    data-align={column.align}
                    aria-sort={way === null ? undefined : way === 'down' ? 'descending' : 'ascending'}
                  >
                    {sorted.sortable(column) ? (
                      <SortButton title={column.title} way={way} onClick={() => turn(column.key)} />
                    ) : (
                      <span className={column.hideTitle ? 'visually-hidden' : undefined}>{column.title}</span>
                    )}
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody onKeyDown={moveBetweenRows}>
            {rows ? (
              sorted.rows.map((row) => {
                const key = props.rowKey(row)
                return (
                  <BodyRow key={key} row={row} columns={shown} href={props.href?.(row)} changed={changed.has(key)} />
                )
              })
            ) : (
              <SkeletonRows columns={shown} />
            )}
          </tbody>
        </table>
      )}
      {more?.available && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

/** The arrow keys go from row to row once a row's link has the focus. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>(`a.${classes.rowLink}`)]
  const at = links.findIndex((link) => link.matches(':focus'))
  const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}
