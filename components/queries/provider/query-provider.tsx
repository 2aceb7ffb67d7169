'use client'

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ProblemError } from '../wire/problem-error.ts'

/** A refusal will not change by asking again; a failure of the way there may. */
const worthRetrying = (error: Error) =>
  !(error instanceof ProblemError) || error.problem.status === 0 || error.problem.status >= 502

function onSessionEnd(error: Error) {
  if (!(error instanceof ProblemError) || error.problem.code !== 'unauthenticated') return
  const here = window.location.pathname + window.location.search
  if (window.location.pathname !== '/sign-in') window.location.assign(`/sign-in?from=${encodeURIComponent(here)}`)
}

const makeClient = () =>
  new QueryClient({
    queryCache: new QueryCache({ onError: onSessionEnd }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && worthRetrying(error),
      },
    },
  })

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient)
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}
