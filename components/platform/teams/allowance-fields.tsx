'use client'

import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { policyQuery } from '#components/queries/requests.ts'
import { fieldProps } from '#components/requests/form/fields/quota-fields.tsx'
import { type QuotaText, quotaText } from '#components/requests/form/fields/quota-text.ts'
import { NumberField } from '#components/ui/form/number-field.tsx'
import { QuantityInput } from '#components/ui/form/quantity-input.tsx'
import { type Environment, environments } from '#server/contracts/names.ts'
import type { AllowancesText } from './allowances-text.ts'
import classes from './teams.module.css'

type Props = {
  value: AllowancesText
  onChange: (environment: Environment, amounts: QuotaText) => void
  errors: Record<string, ReactNode>
  inputProps: (field: string) => Parameters<typeof fieldProps>[0]
}

/** For each environment what all namespaces of a team may ask for together: a preset, or own numbers. */
export function AllowanceFields({ value, onChange, errors, inputProps }: Props) {
  const presets = useQuery(policyQuery()).data?.presets ?? []
  return (
    <div className={classes.fields}>
      {environments.map((environment) => {
        const amounts = value[environment]
        const set = (change: Partial<QuotaText>) => onChange(environment, { ...amounts, ...change })
        const field = (name: keyof QuotaText) => {
          const path = `allowances.${environment}.${name}`
          return { ...fieldProps(inputProps(path)), error: errors[path] }
        }
        const like = presets.find((preset) => isSame(quotaText(preset.quota), amounts))
        return (
          <fieldset key={environment} className={classes.environment}>
            <legend className={classes.legend}>{environment}</legend>
            <div className={classes.amounts}>
              <NativeSelect
                label="Size"
                data={[
                  { value: '', label: 'Own numbers' },
                  ...presets.map((preset) => ({ value: preset.name, label: preset.title })),
                ]}
                value={like?.name ?? ''}
                onChange={(event) => {
                  const chosen = presets.find((preset) => preset.name === event.currentTarget.value)
                  if (chosen) set(quotaText(chosen.quota))
                }}
              />
              <QuantityInput
                {...field('cpu')}
                label="CPU, in cores"
                resource="cpu"
                value={amounts.cpu}
                onChange={(cpu) => set({ cpu })}
                required
              />
              <QuantityInput
                {...field('memory')}
                label="Memory"
                resource="memory"
                value={amounts.memory}
                onChange={(memory) => set({ memory })}
                required
              />
              <NumberField
                {...field('gpu')}
                label="GPUs"
                min={0}
                max={1000}
                value={amounts.gpu}
                onChange={(gpu) => set({ gpu })}
              />
              <QuantityInput
                {...field('storage')}
                label="Storage"
                resource="storage"
                value={amounts.storage}
                onChange={(storage) => set({ storage })}
              />
            </div>
          </fieldset>
        )
      })}
    </div>
  )
}

const isSame = (a: QuotaText, b: QuotaText) =>
  a.cpu === b.cpu && a.memory === b.memory && a.gpu === b.gpu && a.storage === b.storage
