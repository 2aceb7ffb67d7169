'use client'

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { meQuery } from '#components/queries/me.ts'
import { NoticeCorner } from '#components/ui/actions/notice-corner.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Header } from './header/header.tsx'
import { HealthBanner } from './health-banner.tsx'
import { LiveUpdates } from './live/live-updates.tsx'
import { MeProvider } from './me-context.tsx'
import { Navigation } from './navigation/navigation.tsx'
import classes from './shell.module.css'

/** The frame around every page of somebody who is signed in. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery())
  if (!me.data) {
    return (
      <main className={classes.alone}>{me.error && <ErrorState error={me.error} onRetry={() => me.refetch()} />}</main>
    )
  }
  return (
    <MeProvider value={me.data}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <Header />
      <div className={classes.body}>
        <aside className={classes.side}>
          <Navigation />
        </aside>
        <main id="content" className={classes.main} tabIndex={-1}>
          <div className={classes.page}>
            <HealthBanner />
            {children}
          </div>
        </main>
      </div>
      <LiveUpdates />
      <NoticeCorner />
    </MeProvider>
  )
}
