'use client'

import dynamic from 'next/dynamic'

/** Read when it is opened: few who look at a page ask for anything. */
export const LazyAskDialog = dynamic(() => import('./ask-dialog.tsx').then(({ AskDialog }) => AskDialog), {
  ssr: false,
})
