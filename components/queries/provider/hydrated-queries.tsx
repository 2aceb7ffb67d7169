'use client'

import { type DehydratedState, HydrationBoundary, hydrate, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'

/**
 * What the server has read, in place before the first render. HydrationBoundary alone puts off queries that somebody
 * asks for already, as the frame of the page does: then the server would paint an empty place where it knows the
 * answer, and the browser, once it knows too, would paint something else.
 */
export function HydratedQueries({ state, children }: { state: DehydratedState; children: ReactNode }) {
  const client = useQueryClient()
  useMemo(() => {
    const unanswered = state.queries.filter((query) => client.getQueryState(query.queryKey)?.data === undefined)
    hydrate(client, { ...state, queries: unanswered })
  }, [client, state])
  return <HydrationBoundary state={state}>{children}</HydrationBoundary>
}
