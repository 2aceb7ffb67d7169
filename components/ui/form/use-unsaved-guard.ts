'use client'

import { useEffect } from 'react'
import { holdPage } from './leaving.ts'

/** Asks before something leads away while there is text that has not been sent. */
export function useUnsavedGuard(unsaved: boolean) {
  useEffect(() => (unsaved ? holdPage() : undefined), [unsaved])
}
