'use client'

import { useEffect } from 'react'

/**
 * Gives the focus back to whoever had it before something opened above the page. Mantine does so for what was there
 * closed before; ours is only made once it is wanted. Where the opener is gone, the page's content takes its place.
 */
export function useReturnedFocus(opened: boolean) {
  useEffect(() => {
    if (!opened) return
    const opener = document.activeElement
    return () => {
      // The overlay leaves the page after this, at once or slowly, and takes the focus with it.
      const within = document.activeElement
      const isLost = () => [null, document.body, within].includes(document.activeElement)
      setTimeout(() => {
        if (!isLost()) return
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
        if (isLost()) document.getElementById('content')?.focus({ preventScroll: true })
      }, 20)
    }
  }, [opened])
}
