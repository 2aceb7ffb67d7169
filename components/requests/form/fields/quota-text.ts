import { type Amounts, formatBytes, formatCpu } from '#server/contracts/quantity.ts'

export type QuotaText = { cpu: string; memory: string; gpu: number; storage: string }

const bytes = (amount: number) => (amount === 0 ? '0Gi' : formatBytes(amount))

/** Amounts as the fields of the form hold them. */
export const quotaText = (amounts: Amounts): QuotaText => ({
  cpu: formatCpu(amounts.cpu),
  memory: bytes(amounts.memory),
  gpu: amounts.gpu,
  storage: bytes(amounts.storage),
})
