import { type Amounts, amountsOf, formatBytes, formatCpu, QuotaInput, resources } from '#server/contracts/quantity.ts'

export type QuotaText = { cpu: string; memory: string; gpu: number; storage: string }

const bytes = (amount: number) => (amount === 0 ? '0Gi' : formatBytes(amount))

/** Amounts as the fields of the form hold them. */
export const quotaText = (amounts: Amounts): QuotaText => ({
  cpu: formatCpu(amounts.cpu),
  memory: bytes(amounts.memory),
  gpu: amounts.gpu,
  storage: bytes(amounts.storage),
})

/** Whether the fields say these amounts, however they are written: 2000m is 2 cores. */
export function saysTheSame(text: QuotaText, amounts: Amounts): boolean {
  const read = QuotaInput.safeParse(text)
  if (!read.success) return false
  const said = amountsOf(read.data)
  return resources.every((resource) => said[resource] === amounts[resource])
}
