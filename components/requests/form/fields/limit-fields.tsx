'use client'

import { NumberField } from '#components/ui/form/number-field.tsx'
import classes from '../form.module.css'

export type LimitValues = { concurrency: number; requestsPerSecond: number; timeoutMilliseconds: number }
export const usualLimits: LimitValues = { concurrency: 16, requestsPerSecond: 200, timeoutMilliseconds: 10_000 }

const fields = [
  { name: 'concurrency', label: 'Calls at once', description: 'More wait in line', max: 256, min: 1 },
  { name: 'requestsPerSecond', label: 'Calls a second', description: 'More are refused with 429', max: 10_000, min: 1 },
  {
    name: 'timeoutMilliseconds',
    label: 'Longest call, ms',
    description: 'Then the caller gets an error',
    max: 120_000,
    min: 50,
  },
] as const

type Props = {
  value: LimitValues
  onChange: (limits: LimitValues) => void
  errorOf: (field: string) => React.ReactNode
}

export function LimitFields({ value, onChange, errorOf }: Props) {
  return (
    <details className={classes.details}>
      <summary>
        Limits: {value.concurrency} at once, {value.requestsPerSecond} a second
      </summary>
      <div className={classes.row}>
        {fields.map(({ name, ...field }) => (
          <NumberField
            key={name}
            {...field}
            value={value[name]}
            onChange={(number) => onChange({ ...value, [name]: number })}
            error={errorOf(`limits.${name}`)}
          />
        ))}
      </div>
    </details>
  )
}
