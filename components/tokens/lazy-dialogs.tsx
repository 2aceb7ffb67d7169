'use client'

import dynamic from 'next/dynamic'

export const NewTokenDialog = dynamic(() => import('./new-token-dialog.tsx').then((module) => module.NewTokenDialog), {
  ssr: false,
})
export const RevokeDialog = dynamic(() => import('./revoke-dialog.tsx').then((module) => module.RevokeDialog), {
  ssr: false,
})
