'use client'

import type { ReactNode } from 'react'
import { ErrorState } from './error-state.tsx'
import { Card } from './layout.tsx'
import { PageSkeleton } from './skeletons.tsx'

type Props<Data> = {
  query: { data: Data | undefined; error: unknown; refetch: () => unknown }
  loading?: ReactNode
  children: (data: Data) => ReactNode
}

/** What a query shows while it has nothing: a skeleton, or what went wrong. Old data stays while new is read. */
export function QueryGate<Data>({ query, loading = <PageSkeleton />, children }: Props<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (!query.error) return loading
  return (
    <Card>
      <ErrorState error={query.error} onRetry={() => query.refetch()} />
    </Card>
  )
}
