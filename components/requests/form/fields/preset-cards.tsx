'use client'

import { Radio } from '@mantine/core'
import type { z } from 'zod'
import { amountInWords, dollars } from '#components/ui/figures/amounts.ts'
import { resources } from '#server/contracts/quantity.ts'
import type { Preset } from '#server/contracts/requests.ts'
import classes from '../form.module.css'

type Props = {
  presets: readonly z.output<typeof Preset>[]
  /** Empty when the numbers are the person's own. */
  value: string
  onChange: (name: string) => void
}

export function PresetCards({ presets, value, onChange }: Props) {
  return (
    <Radio.Group value={value || 'own'} onChange={(name) => onChange(name === 'own' ? '' : name)} label="Size">
      <div className={classes.presets}>
        {presets.map((preset) => (
          <PresetCard key={preset.name} name={preset.name} title={preset.title}>
            {resources
              .filter((resource) => preset.quota[resource] > 0)
              .map((resource) =>
                resource === 'cpu' || resource === 'gpu'
                  ? `${amountInWords(resource, preset.quota[resource])} ${resource.toUpperCase()}`
                  : amountInWords(resource, preset.quota[resource]),
              )
              .join(', ')}
            <br />
            {preset.description}
            <br />
            about {dollars(preset.monthlyCost)} a month
          </PresetCard>
        ))}
        <PresetCard name="own" title="Own numbers">
          Ask for exactly what you need. Less than a preset is easier to approve.
        </PresetCard>
      </div>
    </Radio.Group>
  )
}

function PresetCard({ name, title, children }: { name: string; title: string; children: React.ReactNode }) {
  return (
    <Radio.Card value={name} className={classes.preset} aria-label={title}>
      <span className={classes.presetTitle}>
        <Radio.Indicator size="xs" />
        {title}
      </span>
      <span className={classes.presetText}>{children}</span>
    </Radio.Card>
  )
}
