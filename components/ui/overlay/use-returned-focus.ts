'use client'

import { useEffect } from 'react'

const hasNone = () => document.activeElement === null || document.activeElement === document.body

/**
 * Gives the focus back to whoever had it before something opened above the page. Mantine does so for what was there
 * closed before; ours is only made once it is wanted. Where the opener is gone, the page's content takes its place.
 */
export function useReturnedFocus(opened: boolean) {
  useEffect(() => {
    if (!opened) return
    const opener = document.activeElement
    return () => {
      // The overlay leaves the page after this, and takes the focus with it.
      setTimeout(() => {
        if (!hasNone()) return
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
        if (hasNone()) document.getElementById('content')?.focus({ preventScroll: true })
      }, 20)
    }
  }, [opened])
}
