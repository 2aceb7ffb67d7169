/** What a job is: a name, what it is told, and a handler that looks before it acts, so that it may be killed anywhere. */
import type { z } from 'zod'

export type Job<Needs, Data extends z.ZodType> = {
  name: string
  data: Data
  /** Jobs with the same key wait for one another; a second one that still waits is the same. */
  keyOf: (data: z.output<Data>) => string
  retries: number
  /** One run is given up after this and begun anew, should it hang. */
  secondsAtMost: number
  handle: (needs: Needs, data: z.output<Data>) => Promise<void>
}

export const job = <Needs, Data extends z.ZodType>(definition: Job<Needs, Data>): Job<Needs, Data> => definition
