'use client'

import { Button, SegmentedControl, Textarea } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { KeyboardEvent } from 'react'
import { Section } from '#components/ui/page/section.tsx'
import { FieldInput } from './field-input.tsx'
import type { Field, FieldValue } from './fields.ts'
import classes from './form.module.css'
import type { Values } from './tensors.ts'

type Props = {
  fields: readonly Field[]
  values: Values
  onValue: (key: string, value: FieldValue) => void
  mode: 'form' | 'json'
  onMode: (mode: 'form' | 'json') => void
  json: string
  onJson: (text: string) => void
  fault: string | null
  predicting: boolean
  onPredict: () => void
  onReset: () => void
}

const half = new Set<Field['kind']>(['select', 'switch', 'number'])

export function InputCard(props: Props) {
  const { fields, values, mode, fault } = props
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    props.onPredict()
  }
  return (
    <Section
      title="Input"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="How to write the input"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          value={mode}
          onChange={(value) => props.onMode(value === 'json' ? 'json' : 'form')}
        />
      }
    >
      <form
        onKeyDown={onKeyDown}
        onSubmit={(event) => {
          event.preventDefault()
          props.onPredict()
        }}
      >
        {mode === 'json' ? (
          <Textarea
            aria-label="Input as JSON"
            autosize
            minRows={8}
            maxRows={24}
            spellCheck={false}
            classNames={{ input: classes.mono ?? '' }}
            value={props.json}
            onChange={(event) => props.onJson(event.currentTarget.value)}
            error={fault}
          />
        ) : (
          <div className={classes.fields}>
            {fields.map((field) => (
              <div key={field.key} data-half={half.has(field.kind)}>
                <FieldInput
                  field={field}
                  value={values[field.key] ?? ''}
                  onChange={(value) => props.onValue(field.key, value)}
                />
              </div>
            ))}
          </div>
        )}
        <div className={classes.bar}>
          <Button
            type="submit"
            leftSection={<IconPlayerPlay size={15} stroke={1.9} />}
            loading={props.predicting}
            disabled={mode === 'json' && fault !== null}
            aria-keyshortcuts="Meta+Enter Control+Enter"
          >
            Predict
          </Button>
          <span className={classes.hint}>⌘↵</span>
          <Button variant="subtle" color="gray" onClick={props.onReset} ml="auto">
            Start over
          </Button>
        </div>
      </form>
    </Section>
  )
}
