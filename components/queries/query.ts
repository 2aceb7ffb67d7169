/** Turns a contract into query options: the same key and meaning for server prefetch, hooks and invalidation. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Contract } from '#server/contracts/contract.ts'
import { call } from './wire/call.ts'

export type QueryMeta = Record<string, unknown> & { contract?: Contract; input?: unknown }

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: QueryMeta
  }
}

export function queryFor<Input extends z.ZodType, Output extends z.ZodType>(
  contract: Contract<Input, Output>,
  input: z.input<Input>,
) {
  return queryOptions({
    queryKey: [contract.path, input] as const,
    queryFn: ({ signal }) => call(contract, input, { signal }),
    meta: { contract, input },
  })
}

type Page = { items: unknown[]; nextCursor: string | null }

/** A list that is read page after page, by its cursor. */
export function pagesFor<Input extends z.ZodType, Output extends z.ZodType<Page>>(
  contract: Contract<Input, Output>,
  input: z.input<Input>,
) {
  return infiniteQueryOptions({
    queryKey: [contract.path, input, 'pages'] as const,
    queryFn: ({ pageParam, signal }) =>
      call<z.ZodType, Output>(contract, { ...Object(input), cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    meta: { contract, input },
  })
}
