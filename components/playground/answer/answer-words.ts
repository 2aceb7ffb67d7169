import type { Tone } from '#components/ui/state/tone.ts'

export const riskTone = (risk: string): Tone =>
  risk === 'high' || risk === 'critical' ? 'bad' : risk === 'medium' ? 'warn' : risk === 'low' ? 'good' : 'neutral'

export const riskWords = (risk: string) => `${risk.slice(0, 1).toUpperCase()}${risk.slice(1)} risk`

export const valueInWords = (value: number) =>
  new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 }).format(value)

/** The most likely first; beyond a dozen the rest cannot be told apart anyway. */
export function topClasses(classes: readonly { label: string; probability: number }[]) {
  return classes.toSorted((a, b) => b.probability - a.probability).slice(0, 12)
}
