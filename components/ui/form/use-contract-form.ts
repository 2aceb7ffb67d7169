'use client'

/**
 * The one way to write a form: its values become the input of a contract, checked by the contract before anything is
 * sent; what the server still refuses lands on the fields it names; leaving with unsent text asks first.
 */
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { type FocusEvent, useRef } from 'react'
import type { z } from 'zod'
import { ProblemError } from '#components/queries/wire/problem-error.ts'
import { errorsByField, placeServerErrors } from './contract-errors.ts'
import { useUnsavedGuard } from './use-unsaved-guard.ts'

type Options<Values extends Record<string, unknown>, Schema extends z.ZodType, Answer> = {
  schema: Schema
  initialValues: Values
  /** From what the fields hold to what the contract takes. */
  toInput: (values: Values) => z.input<Schema>
  /** `key` stays the same for as long as the same content is tried again. */
  send: (input: z.input<Schema>, key: string) => Promise<Answer>
  onSent: (answer: Answer) => void
}

export function useContractForm<Values extends Record<string, unknown>, Schema extends z.ZodType, Answer>({
  schema,
  initialValues,
  toInput,
  send,
  onSent,
}: Options<Values, Schema, Answer>) {
  const form = useForm<Values>({
    mode: 'controlled',
    initialValues,
    // Checked on leaving a field, but not on the way to the button: the message would move it away from the pointer.
    enhanceGetInputProps: ({ field, form: current }) => ({
      onBlur: (event: FocusEvent<HTMLElement>) => {
        const next = event.relatedTarget
        if (!(next instanceof HTMLButtonElement) || next.type !== 'submit') current.validateField(field)
      },
    }),
    validate: (values) => {
      const checked = schema.safeParse(toInput(values))
      return checked.success ? {} : errorsByField(checked.error.issues)
    },
  })
  const attempt = useRef<{ content: string; key: string } | null>(null)
  const mutation = useMutation({
    mutationFn: (input: z.input<Schema>) => {
      const content = JSON.stringify(input)
      if (attempt.current?.content !== content) attempt.current = { content, key: crypto.randomUUID() }
      return send(input, attempt.current.key)
    },
    onSuccess: onSent,
    onError: (error) => {
      if (!(error instanceof ProblemError)) return
      const { placed } = placeServerErrors(error.fields, (field) => form.getInputNode(field) !== null)
      form.setErrors(placed)
    },
  })
  useUnsavedGuard(form.isDirty() && !mutation.isSuccess)

  const submit = form.onSubmit(
    (values) => mutation.mutate(toInput(values)),
    (errors) => {
      const first = Object.keys(errors)[0]
      if (first) form.getInputNode(first)?.focus()
    },
  )
  const checked = schema.safeParse(toInput(form.values))
  return {
    form,
    submit,
    sending: mutation.isPending || mutation.isSuccess,
    /** What went wrong on sending; told above the buttons. */
    problem: mutation.error,
    /** Ready to be sent once more, for a form that stays where it is. */
    again: mutation.reset,
    /** The input as it stands, when the contract accepts it. */
    input: checked.success ? toInput(form.values) : null,
  }
}
