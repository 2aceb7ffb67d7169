'use client'

import { TextInput, type TextInputProps } from '@mantine/core'
import { useState } from 'react'

type Props = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  value: number
  onChange: (value: number) => void
}

/** A number by the browser's own means. What is half typed stays as it is until it is a number. */
export function NumberField({ value, onChange, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed !== null && Number(typed) === value ? typed : String(value)
  return (
    <TextInput
      {...rest}
      type="number"
      inputMode="decimal"
      className={`numeric ${rest.className ?? ''}`}
      value={typed === '' ? '' : shown}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        if (text !== '' && Number.isFinite(Number(text))) onChange(Number(text))
      }}
      onBlur={(event) => {
        setTyped(null)
        rest.onBlur?.(event)
      }}
    />
  )
}
