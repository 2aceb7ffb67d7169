'use client'

import { Burger } from '@mantine/core'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import classes from './header.module.css'
import { Inbox } from './inbox.tsx'
import { SearchButton } from './search-button.tsx'
import { TeamSwitcher } from './team-switcher.tsx'
import { UserMenu } from './user-menu.tsx'

const NavigationDrawer = dynamic(() => import('./navigation-drawer.tsx').then((module) => module.NavigationDrawer), {
  ssr: false,
})

export function Header() {
  const [opened, setOpened] = useState<boolean | null>(null)
  return (
    <header className={classes.header}>
      <div className={classes.left}>
        <Burger
          className={classes.burger}
          opened={opened === true}
          onClick={() => setOpened(!opened)}
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
      {opened !== null && <NavigationDrawer opened={opened} close={() => setOpened(false)} />}
    </header>
  )
}
