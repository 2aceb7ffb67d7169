'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { listMembers, removeMember, setMember, type TeamRole } from '#server/contracts/people.ts'

/** Adding, changing and removing members; the lists that show them are read anew. */
export function useMemberChanges(team: string, onDone?: () => void) {
  const client = useQueryClient()
  const refresh = () => {
    client.invalidateQueries({ queryKey: [listMembers.path] })
    client.invalidateQueries({ queryKey: teamQuery(team).queryKey })
  }
  const set = useMutation({
    mutationFn: (change: { user: string; role: TeamRole }) => call(setMember, { team, ...change }),
    onSuccess: onDone,
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: (user: string) => call(removeMember, { team, user }),
    onSuccess: onDone,
    onSettled: refresh,
  })
  return { set, remove }
}
