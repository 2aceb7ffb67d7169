'use client'

import { Button, SegmentedControl, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { peopleQuery } from '#components/queries/teams.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { type MemberView, type TeamRole, teamRoles } from '#server/contracts/people.ts'
import { useMemberChanges } from './use-member-changes.ts'

const explained: Record<TeamRole, string> = {
  maintainer: 'Approves requests, manages members, and all a member may',
  member: 'Asks for changes, ships models, silences alerts',
  viewer: 'Sees everything of the team, changes nothing',
}

type DialogProps = { team: string; members: readonly MemberView[]; onClose: () => void }

export function AddMemberDialog({ team, members, onClose }: DialogProps) {
  return (
    <Dialog onClose={onClose} title="Add a member">
      <AddMemberForm team={team} members={members} onDone={onClose} />
    </Dialog>
  )
}

type FormProps = { team: string; members: readonly MemberView[]; onDone: () => void }

function AddMemberForm({ team, members, onDone }: FormProps) {
  const [search, setSearch] = useState('')
  const [user, setUser] = useState<string | null>(null)
  const [role, setRole] = useState<TeamRole>('member')
  const [settled] = useDebouncedValue(search, 250)
  const people = useQuery({ ...peopleQuery(settled), placeholderData: keepPreviousData })
  const { set } = useMemberChanges(team, () => {
    notify('The member is added')
    onDone()
  })
  const isMember = (id: string) => members.some((member) => member.user.id === id)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (user) set.mutate({ user, role })
      }}
    >
      <Select
        label="Person"
        description="Anybody who has signed in once can be found by name or e-mail"
        placeholder="Search by name or e-mail"
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        filter={({ options }) => options}
        data={(people.data?.items ?? []).map((person) => ({
          value: person.id,
          label: person.email ? `${person.name}, ${person.email}` : person.name,
          disabled: isMember(person.id),
        }))}
        value={user}
        onChange={setUser}
        nothingFoundMessage={people.isFetching ? 'Searching' : 'Nobody by that name has signed in yet'}
        error={people.error ? 'People cannot be searched right now.' : null}
        data-autofocus
        mb="md"
      />
      <Text component="div" size="sm" fw={500} mb={6} id="new-role">
        Role
      </Text>
      <SegmentedControl aria-labelledby="new-role" data={[...teamRoles]} value={role} onChange={setRole} fullWidth />
      <Text size="sm" c="dimmed" mt={6} mb="md" aria-live="polite">
        {explained[role]}.
      </Text>
      {set.error && <ErrorState error={set.error} />}
      <Button type="submit" disabled={!user} loading={set.isPending}>
        Add as {role}
      </Button>
    </form>
  )
}
