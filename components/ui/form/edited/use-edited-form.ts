'use client'

/**
 * A form over something that is there already, and stays on its page. What it shows follows what is stored for as long
 * as nobody has typed; what somebody types is kept whatever else is saved, and is sent with the version it was typed
 * over, so that nobody's change is overwritten unseen.
 */
import { useEffect, useRef } from 'react'
import type { z } from 'zod'
import { useContractForm } from '../use-contract-form.ts'
import { type Base, follow } from './edited.ts'

type Stored<Values> = { values: Values; version: number }

type Options<Values extends Record<string, unknown>, Schema extends z.ZodType, Answer> = {
  schema: Schema
  stored: Stored<Values>
  storedIn: (answer: Answer) => Stored<Values>
  toInput: (values: Values) => z.input<Schema>
  send: (input: z.input<Schema>, version: number) => Promise<Answer>
  onSent: (answer: Answer) => void
}

export function useEditedForm<Values extends Record<string, unknown>, Schema extends z.ZodType, Answer>({
  schema,
  stored,
  storedIn,
  toInput,
  send,
  onSent,
}: Options<Values, Schema, Answer>) {
  const base = useRef<Base>({ text: JSON.stringify(stored.values), version: stored.version })
  const contractForm = useContractForm<Values, Schema, Answer>({
    schema,
    initialValues: stored.values,
    toInput,
    send: (input) => send(input, base.current.version),
    onSent(answer) {
      startFrom(storedIn(answer))
      onSent(answer)
    },
  })
  const { form, again } = contractForm

  function startFrom({ values, version }: Stored<Values>) {
    base.current = { text: JSON.stringify(values), version }
    form.setInitialValues(values)
    form.setValues(values)
    form.resetDirty(values)
    form.clearErrors()
    again()
  }

  const text = JSON.stringify(stored.values)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the values, which are new on every render
  useEffect(() => {
    const { next, restart } = follow(base.current, { text, version: stored.version }, form.isDirty())
    base.current = next
    if (restart) startFrom(stored)
  }, [text, stored.version])

  return {
    ...contractForm,
    /** Somebody else has changed the very thing that is being edited. */
    overtaken: form.isDirty() && text !== base.current.text,
    /** Gives up what was typed for what is stored now. */
    restart: () => startFrom(stored),
  }
}
