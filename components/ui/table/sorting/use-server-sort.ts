'use client'

import type { z } from 'zod'
import { useUrlState } from '../use-url-state.ts'
import { serverSort } from './server-sort.ts'

/** The order in the address, for the list to ask for; what a page reads ahead asks for the same. */
export function useServerSort<Order extends string>(orders: z.ZodType<Order>, name = 'sort'): Order | undefined {
  const [text] = useUrlState(name)
  return serverSort(orders, text)
}
