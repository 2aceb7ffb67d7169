/** A ResourceQuota's own figures, as the portal's amounts. */
import { type Amounts, parseBytes, parseCpu } from '../../contracts/quantity.ts'
import type { ObservedQuota } from '../observed/observed.ts'

const amounts = (values: Record<string, string>): Amounts => ({
  cpu: parseCpu(values['requests.cpu'] ?? '0') ?? 0,
  memory: parseBytes(values['requests.memory'] ?? '0') ?? 0,
  gpu: Number(values['requests.nvidia.com/gpu'] ?? '0'),
  storage: parseBytes(values['requests.storage'] ?? '0') ?? 0,
})

/** What is enforced; null until the cluster has taken the quota up. */
export const amountsInForce = (quota: ObservedQuota): Amounts | null =>
  Object.keys(quota.hard).length === 0 ? null : amounts(quota.hard)
export const amountsUsed = (quota: ObservedQuota): Amounts | null =>
  Object.keys(quota.hard).length === 0 ? null : amounts(quota.used)
