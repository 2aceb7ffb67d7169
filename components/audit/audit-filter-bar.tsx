'use client'

import { NativeSelect, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMe } from '#components/layout/me-context.tsx'
import type { AuditSearch } from './audit-filters.ts'

type Props = { value: AuditSearch; onChange: (search: AuditSearch) => void }

export function AuditFilterBar({ value, onChange }: Props) {
  const me = useMe()
  const set = (change: Partial<AuditSearch>) => onChange({ ...value, ...change })
  return (
    <>
      <TextInput
        size="xs"
        aria-label="Search the audit"
        placeholder="Search"
        leftSection={<IconSearch size={14} stroke={1.7} />}
        value={value.q}
        onChange={(event) => set({ q: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        w={150}
        aria-label="Team"
        data={[{ value: '', label: 'All teams' }, ...me.teams.map((team) => ({ value: team.slug, label: team.name }))]}
        value={value.team}
        onChange={(event) => set({ team: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        w={140}
        aria-label="Action"
        placeholder="Action"
        value={value.action}
        onChange={(event) => set({ action: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        w={120}
        aria-label="Who"
        placeholder="Who"
        value={value.actor}
        onChange={(event) => set({ actor: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        aria-label="From day"
        leftSection="From"
        leftSectionWidth={46}
        value={value.from}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        aria-label="To day"
        leftSection="To"
        leftSectionWidth={32}
        value={value.to}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
    </>
  )
}
