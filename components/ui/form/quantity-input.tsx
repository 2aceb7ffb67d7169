'use client'

import { TextInput, type TextInputProps } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { stepQuantity, withUnit } from './quantity-steps.ts'

type Props = Omit<TextInputProps, 'value' | 'onChange'> & {
  resource: 'cpu' | 'memory' | 'storage'
  value: string
  onChange: (value: string) => void
}

/** A Kubernetes amount as people type it: "24" becomes "24Gi" on leaving, the arrow keys step by one. */
export function QuantityInput({ resource, value, onChange, onBlur, ...rest }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    const next = stepQuantity(resource, value, event.key === 'ArrowUp' ? 1 : -1)
    if (next === null) return
    event.preventDefault()
    onChange(next)
  }
  return (
    <TextInput
      {...rest}
      className="numeric"
      inputMode="text"
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        const full = withUnit(resource, value)
        if (full !== value) onChange(full)
        onBlur?.(event)
      }}
    />
  )
}
