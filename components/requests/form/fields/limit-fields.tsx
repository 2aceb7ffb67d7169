'use client'

import { Button, Group, Text } from '@mantine/core'
import { NumberField } from '#components/ui/form/number-field.tsx'
import { type ServingLimits, usualLimits } from '#server/contracts/requests/drafts.ts'
import classes from '../form.module.css'

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
  /** None where it serves without: sending the form must not give it limits that nobody asked for. */
  value: ServingLimits | null
  onChange: (limits: ServingLimits) => void
  errorOf: (field: string) => React.ReactNode
}

export function LimitFields({ value, onChange, errorOf }: Props) {
  if (value === null) {
    return (
      <Group gap="md">
        <Text size="sm" fw={600}>
          Limits: none of its own
        </Text>
        <Button variant="default" size="xs" onClick={() => onChange(usualLimits)}>
          Set limits
        </Button>
      </Group>
    )
  }
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
