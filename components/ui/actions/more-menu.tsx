'use client'

import { IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './dropdown.module.css'
import { Dropdown } from './dropdown.tsx'

/** The three dots beside a page's buttons: what is rarely wanted, or destroys. */
export function MoreMenu({ label, children }: { label: string; children: (close: () => void) => ReactNode }) {
  return (
    <Dropdown label={label} button={<IconDots size={17} stroke={1.7} aria-hidden />} buttonClass={classes.square}>
      {children}
    </Dropdown>
  )
}
