'use client'

import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'

const RegisterDialog = dynamic(() => import('./register-dialog.tsx').then((module) => module.RegisterDialog), {
  ssr: false,
})

export function RegisterModel({ team }: { team: string }) {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button leftSection={<IconPlus size={16} stroke={1.7} />} onClick={() => setOpened(true)}>
        Register model
      </Button>
      {opened && <RegisterDialog team={team} onClose={() => setOpened(false)} />}
    </>
  )
}
