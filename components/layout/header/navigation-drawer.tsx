'use client'

import { Drawer } from '@mantine/core'
import { useReturnedFocus } from '#components/ui/overlay/use-returned-focus.ts'
import { Navigation } from '../navigation/navigation.tsx'

export function NavigationDrawer({ opened, close }: { opened: boolean; close: () => void }) {
  useReturnedFocus(opened)
  return (
    <Drawer opened={opened} onClose={close} size={280} title="Modelyard" hiddenFrom="62em">
      <Navigation onNavigate={close} />
    </Drawer>
  )
}
