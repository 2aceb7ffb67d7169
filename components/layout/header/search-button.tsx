'use client'

import { ActionIcon, Kbd, UnstyledButton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import classes from './header.module.css'

/** The palette is only loaded once somebody opens it. */
const Palette = dynamic(() => import('../palette/palette.tsx').then((module) => module.Palette), { ssr: false })

export function SearchButton() {
  const [opening, setOpening] = useState(0)
  const open = () => setOpening((times) => times + 1)
  useHotkeys([['mod+K', open]], [])
  return (
    <>
      <UnstyledButton className={classes.search} onClick={open} aria-keyshortcuts="Meta+K Control+K">
        <IconSearch size={16} stroke={1.7} aria-hidden />
        <span className={classes.searchWords}>Search or jump to</span>
        <Kbd size="xs">⌘K</Kbd>
      </UnstyledButton>
      <ActionIcon
        className={classes.searchIcon}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Search"
        onClick={open}
      >
        <IconSearch size={18} stroke={1.7} />
      </ActionIcon>
      {opening > 0 && <Palette opening={opening} />}
    </>
  )
}
