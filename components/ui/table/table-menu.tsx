'use client'

import { ActionIcon, Checkbox, Menu } from '@mantine/core'
import { IconColumns3, IconDownload } from '@tabler/icons-react'
import type { Column } from './columns.ts'
import { csvOf, download } from './csv.ts'

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
    <Menu position="bottom-end" closeOnItemClick={false} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Table settings">
          <IconColumns3 size={17} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Columns</Menu.Label>
        {columns.slice(1).map((column) => (
          <Menu.Item
            key={column.key}
            role="menuitemcheckbox"
            aria-checked={isShown(column)}
            leftSection={<Checkbox size="xs" checked={isShown(column)} readOnly tabIndex={-1} aria-hidden />}
            onClick={() => choose(column.key, !isShown(column))}
          >
            {column.title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconDownload size={16} stroke={1.7} />}
          disabled={rows.length === 0}
          closeMenuOnClick
          onClick={() => download(`${name}.csv`, csvOf(rows, columns), 'text/csv')}
        >
          Download these rows as CSV
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
