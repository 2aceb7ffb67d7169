/** `platform/policy.yaml` in the GitOps repository: what may be asked for, what it costs, who must agree. */
import { z } from 'zod'
import { Environment } from '../names.ts'
import { QuotaInput } from '../quantity.ts'

const money = z.number().min(0).max(1_000_000)

export const ApprovalRule = z
  .object({
    count: z.number().int().min(1).max(5),
    /** How many of them must come from the platform rather than from a maintainer of the team. */
    fromPlatform: z.number().int().min(0).max(5),
  })
  .strict()

export const Policy = z
  .object({
    apiVersion: z.literal('modelyard.dev/v1'),
    kind: z.literal('Policy'),
    version: z.string().min(1).max(40),
    presets: z
      .array(
        z
          .object({
            name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
            title: z.string().min(1).max(40),
            description: z.string().max(200),
            quota: QuotaInput,
          })
          .strict(),
      )
      .min(1)
      .max(20),
    /** US dollars a month per core, GiB of memory, GPU and GiB of storage. */
    prices: z.object({ cpu: money, memory: money, gpu: money, storage: money }).strict(),
    approvals: z.object({ dev: ApprovalRule, staging: ApprovalRule, prod: ApprovalRule }).strict(),
    /** Where a request that only gives back needs nobody's approval. */
    automaticDecreases: z.array(Environment).default([]),
  })
  .strict()
export type Policy = z.output<typeof Policy>
