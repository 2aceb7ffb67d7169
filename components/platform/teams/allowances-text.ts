import { type QuotaText, quotaText } from '#components/requests/form/fields/quota-text.ts'
import type { Environment } from '#server/contracts/names.ts'
import type { Allowances } from '#server/contracts/people.ts'

export type AllowancesText = Record<Environment, QuotaText>

/** Allowances as the fields of a form hold them. */
export const allowancesText = ({ dev, staging, prod }: Allowances): AllowancesText => ({
  dev: quotaText(dev),
  staging: quotaText(staging),
  prod: quotaText(prod),
})
