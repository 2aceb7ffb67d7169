'use client'

import { Drawer } from '@mantine/core'
import { Navigation } from '../navigation/navigation.tsx'

export function NavigationDrawer({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Drawer opened={opened} onClose={close} size={280} title="Modelyard" hiddenFrom="62em">
      <Navigation onNavigate={close} />
    </Drawer>
  )
}
