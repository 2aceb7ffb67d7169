import type { z } from 'zod'

/** The order that an address asks for, if the list has it. */
export const serverSort = <Order extends string>(orders: z.ZodType<Order>, text: unknown): Order | undefined =>
  orders.safeParse(text).data
