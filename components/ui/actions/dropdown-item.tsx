import { IconCheck } from '@tabler/icons-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import classes from './dropdown.module.css'

type Props = {
  icon?: ReactNode
  /** At the end of the line, in place of the tick. */
  sign?: ReactNode
  /** For a choice among several, or one that is on or off. */
  checked?: boolean
  choice?: 'radio' | 'checkbox'
  danger?: boolean
  disabled?: boolean
  href?: string
  onClick?: () => void
  children: ReactNode
}

export function DropdownItem({ icon, sign, checked, choice, danger, disabled, href, onClick, children }: Props) {
  const content = (
    <>
      {icon}
      <span className={classes.itemWords}>{children}</span>
      {sign ?? (checked && <IconCheck size={15} stroke={1.9} aria-hidden />)}
    </>
  )
  if (href !== undefined) {
    return (
      <Link href={href} role="menuitem" tabIndex={-1} className={classes.item} data-danger={danger} onClick={onClick}>
        {content}
      </Link>
    )
  }
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is only set together with the role of a choice
    <button
      type="button"
      role={choice ? `menuitem${choice}` : 'menuitem'}
      tabIndex={-1}
      aria-checked={choice ? (checked ?? false) : undefined}
      className={classes.item}
      data-danger={danger}
      disabled={disabled}
      onClick={onClick}
    >
      {content}
    </button>
  )
}

export const DropdownTitle = ({ children }: { children: ReactNode }) => <div className={classes.title}>{children}</div>

export const DropdownLine = () => <hr className={classes.line} />
