'use client'

import { IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './dropdown.module.css'
import { Dropdown } from './dropdown.tsx'

type Props = {
  label: string
  /** As high as the small buttons it stands beside. */
  small?: boolean
  children: (close: () => void) => ReactNode
}

/** The three dots beside a page's buttons: what is rarely wanted, or destroys. */
export function MoreMenu({ label, small = false, children }: Props) {
  return (
    <Dropdown
      label={label}
      button={<IconDots size={17} stroke={1.7} aria-hidden />}
      buttonClass={small ? classes.smallSquare : classes.square}
    >
      {children}
    </Dropdown>
  )
}
