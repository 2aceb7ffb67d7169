'use client'

import { useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

/** A setting of the page that lives in its address: it survives a reload and can be sent to somebody. */
export function useUrlState(name: string): [string | null, (value: string | null) => void] {
  const parameters = useSearchParams()
  const set = useCallback(
    (value: string | null) => {
      const next = new URLSearchParams(window.location.search)
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
      window.history.replaceState(null, '', `${window.location.pathname}${next.size > 0 ? `?${next}` : ''}`)
    },
    [name],
  )
  return [parameters.get(name), set]
}
