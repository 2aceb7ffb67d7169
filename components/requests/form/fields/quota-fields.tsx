'use client'

import type { FocusEvent, ReactNode } from 'react'
import { amountInWords } from '#components/ui/figures/amounts.ts'
import { NumberField } from '#components/ui/form/number-field.tsx'
import { QuantityInput } from '#components/ui/form/quantity-input.tsx'
import type { AllowanceUse } from '#server/contracts/people.ts'
import type { Resource } from '#server/contracts/quantity.ts'
import classes from '../form.module.css'
import type { QuotaText } from './quota-text.ts'

type FieldProps = { onBlur?: (event: FocusEvent<HTMLInputElement>) => void; 'data-path'?: string }

/** What a field that keeps its own value still needs from the form: checking on leaving, and being found again. */
export const fieldProps = (props: FieldProps): FieldProps => ({
  ...(props.onBlur && { onBlur: props.onBlur }),
  ...(props['data-path'] && { 'data-path': props['data-path'] }),
})

type Props = {
  value: QuotaText
  onChange: (change: Partial<QuotaText>) => void
  /** What the team has left where this is asked for. */
  allowance: AllowanceUse | undefined
  /** It could not be read: there is nothing to wait for. */
  unread: boolean
  errorOf: (field: string) => ReactNode
  inputProps: (field: string) => FieldProps
}

/** CPU, memory, GPUs and storage; beside each what the team has left. */
export function QuotaFields({ value, onChange, allowance, unread, errorOf, inputProps }: Props) {
  const left = (resource: Resource) =>
    allowance
      ? `${amountInWords(resource, allowance.left[resource])} of ${amountInWords(resource, allowance.allowance[resource])} left in ${allowance.environment}`
      : unread
        ? 'What is left cannot be read now'
        : 'Reading what is left'
  return (
    <div className={classes.quota}>
      <QuantityInput
        {...inputProps('quota.cpu')}
        label="CPU, in cores"
        resource="cpu"
        description={left('cpu')}
        value={value.cpu}
        onChange={(cpu) => onChange({ cpu })}
        error={errorOf('quota.cpu')}
        required
      />
      <QuantityInput
        {...inputProps('quota.memory')}
        label="Memory"
        resource="memory"
        description={left('memory')}
        value={value.memory}
        onChange={(memory) => onChange({ memory })}
        error={errorOf('quota.memory')}
        required
      />
      <NumberField
        {...inputProps('quota.gpu')}
        label="GPUs"
        description={left('gpu')}
        min={0}
        max={1000}
        value={value.gpu}
        onChange={(gpu) => onChange({ gpu })}
        error={errorOf('quota.gpu')}
      />
      <QuantityInput
        {...inputProps('quota.storage')}
        label="Storage"
        resource="storage"
        description={left('storage')}
        value={value.storage}
        onChange={(storage) => onChange({ storage })}
        error={errorOf('quota.storage')}
      />
    </div>
  )
}
