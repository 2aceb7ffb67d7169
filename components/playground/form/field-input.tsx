'use client'

import { NativeSelect, Slider, Switch, Textarea } from '@mantine/core'
import { useId } from 'react'
import { NumberField } from '#components/ui/form/number-field.tsx'
import { DrawingGrid } from './drawing-grid.tsx'
import { type Field, type FieldValue, fieldFacts, isWhole } from './fields.ts'
import classes from './form.module.css'

type Props = { field: Field; value: FieldValue; onChange: (value: FieldValue) => void }

export function FieldInput({ field, value, onChange }: Props) {
  const id = useId()
  const { hint, kind, title } = field
  if (kind === 'grid') {
    return (
      <Labelled field={field} id={id}>
        <DrawingGrid
          labelledBy={id}
          side={field.side}
          max={hint.max ?? 1}
          value={typeof value === 'object' ? value : []}
          onChange={onChange}
        />
      </Labelled>
    )
  }
  if (kind === 'slider') return <SliderField field={field} value={Number(value)} onChange={onChange} />
  if (kind === 'switch') {
    return (
      <Labelled field={field} id={id}>
        <Switch
          aria-labelledby={id}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      </Labelled>
    )
  }
  if (kind === 'select') {
    return (
      <Labelled field={field} id={id}>
        <NativeSelect
          aria-labelledby={id}
          data={(hint.values ?? []).map(String)}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </Labelled>
    )
  }
  if (kind === 'number') {
    return (
      <Labelled field={field} id={id}>
        <NumberField aria-labelledby={id} value={Number(value)} onChange={onChange} step={hint.step ?? 1} />
      </Labelled>
    )
  }
  return (
    <Labelled field={field} id={id}>
      <Textarea
        aria-labelledby={id}
        autosize
        minRows={kind === 'text' ? 3 : 2}
        maxRows={12}
        classNames={kind === 'numbers' ? { input: classes.mono ?? '' } : {}}
        value={String(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
        aria-description={kind === 'numbers' ? `A JSON list of ${field.size} elements for ${title}` : undefined}
      />
    </Labelled>
  )
}

function SliderField({ field, value, onChange }: { field: Field; value: number; onChange: (value: number) => void }) {
  const id = useId()
  const { hint, datatype } = field
  const min = hint.min ?? 0
  const max = hint.max ?? 1
  const step = hint.step ?? (isWhole(datatype) ? 1 : (max - min) / 100)
  return (
    <Labelled field={field} id={id}>
      <div className={classes.slide}>
        <Slider
          className={classes.slider}
          thumbProps={{ 'aria-labelledby': id }}
          min={min}
          max={max}
          step={step}
          label={null}
          size={5}
          value={value}
          onChange={onChange}
        />
        <NumberField
          className={classes.number}
          aria-labelledby={id}
          size="xs"
          min={min}
          max={max}
          step={step}
          error={value < min || value > max}
          value={value}
          onChange={onChange}
        />
      </div>
    </Labelled>
  )
}

function Labelled({ field, id, children }: { field: Field; id: string; children: React.ReactNode }) {
  return (
    <div className={classes.field}>
      <div className={classes.label}>
        <span className={classes.title} id={id}>
          {field.title}
        </span>
        <span className={classes.facts}>{fieldFacts(field)}</span>
      </div>
      {children}
      {field.hint.description && <div className={classes.facts}>{field.hint.description}</div>}
    </div>
  )
}
