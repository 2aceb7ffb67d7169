import type { Policy } from '../../contracts/platform/policy.ts'
import { type Amounts, gibibyte } from '../../contracts/quantity.ts'

/** US dollars a month, to the cent. */
export function monthlyCost(policy: Pick<Policy, 'prices'>, amounts: Amounts): number {
  const dollars =
    (amounts.cpu / 1000) * policy.prices.cpu +
    (amounts.memory / gibibyte) * policy.prices.memory +
    amounts.gpu * policy.prices.gpu +
    (amounts.storage / gibibyte) * policy.prices.storage
  return Math.round(dollars * 100) / 100
}
