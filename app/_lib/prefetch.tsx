/**
 * Reads on the server what a page's client parts will ask for, so that the first paint has the facts. Somebody who is
 * not signed in is sent to sign in, a thing that is not there is a 404; any other failure is left to the client part,
 * which asks again and can say what is wrong.
 */
import { dehydrate, QueryClient } from '@tanstack/react-query'
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { HydratedQueries } from '#components/queries/provider/hydrated-queries.tsx'
import type { QueryMeta } from '#components/queries/query.ts'
import { PortalError } from '#server/errors.ts'
import { answerIfAny, answerTo } from './answers.ts'

type Prefetchable = { queryKey: readonly unknown[]; meta?: QueryMeta | undefined; initialPageParam?: unknown }

type Props = {
  queries: readonly Prefetchable[]
  /** What a frame shows of its page: when it cannot be read, that is for the page to say. */
  ofPage?: readonly Prefetchable[]
  children: ReactNode
}

export async function Prefetched({ queries, ofPage = [], children }: Props) {
  const client = new QueryClient()
  await Promise.all([
    ...queries.map((query) => prefetch(client, query)),
    ...ofPage.map(async (query) => {
      const answer = await answerIfAny(query)
      if (answer !== undefined) client.setQueryData(query.queryKey, answer)
    }),
  ])
  return <HydratedQueries state={dehydrate(client)}>{children}</HydratedQueries>
}

async function prefetch(client: QueryClient, { queryKey, meta, ...query }: Prefetchable): Promise<void> {
  if (!meta?.contract) return
  const answer = await fromPage(meta.contract, meta.input)
  if (answer === unknown) return
  client.setQueryData(queryKey, 'initialPageParam' in query ? { pages: [answer], pageParams: [undefined] } : answer)
}

const unknown = Symbol('left to the client')

async function fromPage(contract: NonNullable<QueryMeta['contract']>, input: unknown): Promise<unknown> {
  try {
    return await answerTo(contract, input)
  } catch (error) {
    if (!(error instanceof PortalError)) throw error
    if (error.code === 'unauthenticated') await goToSignIn()
    if (error.code === 'not_found') notFound()
    return unknown
  }
}

/** The proxy tells which page was asked for, so that signing in leads back to it. */
export async function goToSignIn(): Promise<never> {
  const from = (await headers()).get('x-path')
  redirect(from && from !== '/' ? `/sign-in?from=${encodeURIComponent(from)}` : '/sign-in')
}
