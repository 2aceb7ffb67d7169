/** Cursor paging: every list answers `items` and the cursor of the next page, if there is one. */
import { z } from 'zod'

export const Paging = z.object({
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** The order of a list: one of its keys, `-key` for the other way round. A cursor belongs to the order it was made in. */
export const sorting = <const Key extends string>(keys: readonly Key[]) =>
  z
    .enum(keys.flatMap((key): (Key | `-${Key}`)[] => [key, `-${key}`]))
    .meta({ description: 'What the list is sorted by; with a dash in front, the other way round' })

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const Timestamp = z.iso.datetime()

/** Facts read from somewhere else say how old they are, and what is wrong when they could not be read anew. */
export const Freshness = z.object({
  observedAt: Timestamp.nullable(),
  problem: z.string().nullable(),
})
export type Freshness = z.infer<typeof Freshness>
