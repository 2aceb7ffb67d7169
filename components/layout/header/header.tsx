'use client'

import { Burger, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import Link from 'next/link'
import { Navigation } from '../navigation/navigation.tsx'
import classes from './header.module.css'
import { Inbox } from './inbox.tsx'
import { SearchButton } from './search-button.tsx'
import { TeamSwitcher } from './team-switcher.tsx'
import { UserMenu } from './user-menu.tsx'

export function Header() {
  const [opened, { toggle, close }] = useDisclosure(false)
  return (
    <header className={classes.header}>
      <div className={classes.left}>
        <Burger
          className={classes.burger}
          opened={opened}
          onClick={toggle}
          size="sm"
          aria-label={opened ? 'Close navigation' : 'Open navigation'}
        />
        <Link href="/" className={classes.brand} aria-label="Modelyard, start page">
          <span className={classes.logo} aria-hidden />
          <span className={classes.name}>Modelyard</span>
        </Link>
        <span className={classes.rule} aria-hidden />
        <TeamSwitcher />
      </div>
      <SearchButton />
      <div className={classes.right}>
        <Inbox />
        <UserMenu />
      </div>
      <Drawer opened={opened} onClose={close} size={280} title="Modelyard" hiddenFrom="62em">
        <Navigation onNavigate={close} />
      </Drawer>
    </header>
  )
}
