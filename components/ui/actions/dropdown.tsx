'use client'

/**
 * A panel that opens below its button: a menu of commands and links, or a short list to read. By hand, because a
 * general positioning library would be a quarter of what a page loads first.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import classes from './dropdown.module.css'

type Props = {
  /** The accessible name of the button, where its content does not say it. */
  label?: string
  button: ReactNode
  buttonClass?: string | undefined
  align?: 'start' | 'end'
  kind?: 'menu' | 'dialog'
  children: (close: () => void) => ReactNode
}

const items = '[role^="menuitem"]:not([disabled]), a[href]'

export function Dropdown({ label, button, buttonClass, align = 'end', kind = 'menu', children }: Props) {
  const [opened, setOpened] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = (refocus = true) => {
    setOpened(false)
    if (refocus) root.current?.querySelector('button')?.focus()
  }

  useEffect(() => {
    if (!opened) return
    root.current?.querySelector<HTMLElement>(`[data-panel] :is(${items})`)?.focus()
    const onOutside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpened(false)
    }
    document.addEventListener('pointerdown', onOutside)
    document.addEventListener('focusin', onOutside)
    return () => {
      document.removeEventListener('pointerdown', onOutside)
      document.removeEventListener('focusin', onOutside)
    }
  }, [opened])

  const onKeyDown = (event: KeyboardEvent) => {
    if (opened && event.key === 'Escape') return close()
    if (!opened || kind !== 'menu') return
    const all = [...(root.current?.querySelectorAll<HTMLElement>(`[data-panel] :is(${items})`) ?? [])]
    const next =
      all[
        placeAfter(
          event.key,
          all.findIndex((each) => each.matches(':focus')),
          all.length,
        )
      ]
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the menu inside, wherever its focus is
    <div className={classes.root} ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        className={`${classes.button} ${buttonClass ?? ''}`}
        aria-label={label}
        aria-haspopup={kind}
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        onClick={() => setOpened(!opened)}
      >
        {button}
      </button>
      {opened && (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles it can have take a name
        <div
          id={id}
          data-panel
          className={classes.panel}
          data-align={align}
          role={kind}
          aria-label={label ?? 'Choices'}
        >
          {children(() => close())}
        </div>
      )}
    </div>
  )
}

function placeAfter(key: string, at: number, count: number): number {
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at - 1 + count) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return -1
}
