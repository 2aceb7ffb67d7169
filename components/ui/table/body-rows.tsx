import { Skeleton } from '@mantine/core'
import Link from 'next/link'
import { LinkPending } from '#components/ui/actions/link-pending.tsx'
import type { Column } from './columns.ts'
import classes from './table.module.css'

type Props<Row> = { row: Row; columns: readonly Column<Row>[]; href: string | undefined; changed: boolean }

export function BodyRow<Row>({ row, columns, href, changed }: Props<Row>) {
  return (
    <tr data-changed={changed || undefined}>
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
                <LinkPending />
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

const skeletonRows = ['one', 'two', 'three', 'four', 'five']

/** What stands there until the rows come, as high as they are. */
export function SkeletonRows<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return skeletonRows.map((row) => (
    <tr key={row} aria-hidden>
      {columns.map((column) => (
        <td key={column.key} data-narrow={column.narrow ?? 'line'}>
          <Skeleton height={12} my={4} width="60%" />
        </td>
      ))}
    </tr>
  ))
}
