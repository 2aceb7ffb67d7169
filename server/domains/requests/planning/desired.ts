/** What will be true once a request is done; stored with it, compared with the cluster, and what a rollback returns to. */
import { z } from 'zod'
import { Sha256 } from '../../../contracts/names.ts'
import { Amounts } from '../../../contracts/quantity.ts'
import { ServingLimits } from '../../../contracts/requests/drafts.ts'

export const Desired = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('namespace'), quota: Amounts }),
  z.object({
    kind: z.literal('model'),
    versions: z.array(z.object({ version: z.number().int(), digest: Sha256, weight: z.number(), shadow: z.boolean() })),
    limits: ServingLimits.nullable(),
    labels: z.array(z.string()),
  }),
  z.object({ kind: z.literal('nothing') }),
])
export type Desired = z.infer<typeof Desired>
export type DesiredModel = Extract<Desired, { kind: 'model' }>

export const desiredOf = (row: { desired: unknown }): Desired => Desired.parse(row.desired)
