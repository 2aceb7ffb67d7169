'use client'

import { Button, Skeleton } from '@mantine/core'
import Link from 'next/link'
import { type KeyboardEvent, type ReactNode, useMemo } from 'react'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { type Column, nextSort, parseSort, sortRows } from './columns.ts'
import { SortButton } from './sort-button.tsx'
import classes from './table.module.css'
import { TableMenu } from './table-menu.tsx'
import { useChosenColumns } from './use-chosen-columns.ts'
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
  /** A row that has just changed. */
  changed?: (row: Row) => boolean
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
  const { name, label, columns, rows, error, onRetry, empty, filters, more, plain = false } = props
  const [sortText, setSort] = useUrlState(plain ? `${name}-sort` : 'sort')
  const sort = parseSort(sortText)
  const { shown, choose } = useChosenColumns(name, columns)
  const sorted = useMemo(() => sortRows(rows ?? [], columns, parseSort(sortText)), [rows, columns, sortText])

  return (
    <div>
      {!plain && (
        <div className={classes.tools}>
          <div className={classes.filters}>{filters}</div>
          <TableMenu name={name} columns={columns} shown={shown} choose={choose} rows={sorted} />
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
              {shown.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  data-align={column.align}
                  aria-sort={sort?.key === column.key ? (sort.down ? 'descending' : 'ascending') : undefined}
                >
                  {column.value ? (
                    <SortButton
                      title={column.title}
                      way={sort?.key === column.key ? (sort.down ? 'down' : 'up') : null}
                      onClick={() => setSort(nextSort(sort, column.key))}
                    />
                  ) : (
                    <span className={column.hideTitle ? 'visually-hidden' : undefined}>{column.title}</span>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody onKeyDown={moveBetweenRows}>
            {rows
              ? sorted.map((row) => <BodyRow key={props.rowKey(row)} row={row} columns={shown} props={props} />)
              : skeletonRows.map((row) => (
                  <tr key={row} aria-hidden>
                    {shown.map((column) => (
                      <td key={column.key} data-narrow={column.narrow ?? 'line'}>
                        <Skeleton height={12} my={4} width="60%" />
                      </td>
                    ))}
                  </tr>
                ))}
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

const skeletonRows = ['one', 'two', 'three', 'four', 'five']

function BodyRow<Row>({ row, columns, props }: { row: Row; columns: readonly Column<Row>[]; props: Props<Row> }) {
  const href = props.href?.(row)
  return (
    <tr data-changed={props.changed?.(row) || undefined}>
      {columns.map((column, place) => {
        const value = column.value?.(row)
        const narrow = column.narrowLabel && value === null ? 'hidden' : column.narrow
        return (
          <td
            key={column.key}
            data-align={column.align}
            data-narrow={narrow ?? (place === 0 ? 'title' : 'line')}
            data-number={(place > 0 && typeof value === 'number') || undefined}
          >
            {column.narrowLabel && <span className={classes.narrowLabel}>{column.title} </span>}
            {place === 0 && href ? (
              <Link href={href} className={classes.rowLink}>
                {column.cell(row)}
              </Link>
            ) : (
              column.cell(row)
            )}
          </td>
        )
      })}
    </tr>
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
