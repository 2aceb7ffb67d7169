'use client'

import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import type { MemberView } from '#server/contracts/people.ts'

const AddMemberDialog = dynamic(() => import('./add-member-dialog.tsx').then((module) => module.AddMemberDialog), {
  ssr: false,
})

export function AddMember({ team, members }: { team: string; members: readonly MemberView[] }) {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button leftSection={<IconUserPlus size={16} stroke={1.7} />} onClick={() => setOpened(true)}>
        Add member
      </Button>
      {opened && <AddMemberDialog team={team} members={members} onClose={() => setOpened(false)} />}
    </>
  )
}
