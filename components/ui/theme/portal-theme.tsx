'use client'

import { MantineProvider } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { theme } from './theme.ts'

/** Where the library that keeps the page behind a dialog from scrolling looks for the nonce of its style element. */
function lendNonce(nonce: string | undefined) {
  if (nonce && typeof window !== 'undefined') Object.assign(window, { __webpack_nonce__: nonce })
}

/** The nonce lets Mantine's own style elements through a strict content security policy. */
export function PortalTheme({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  useState(() => lendNonce(nonce))
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" {...(nonce && { getStyleNonce: () => nonce })}>
      {children}
    </MantineProvider>
  )
}
