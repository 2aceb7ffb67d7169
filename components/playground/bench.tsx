'use client'

import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Place } from '#components/queries/deployments.ts'
import { call } from '#components/queries/wire/call.ts'
import { Halves, Stack } from '#components/ui/page/layout.tsx'
import { predict, type ServedSignature } from '#server/contracts/serving/playground.ts'
import { AnswerCard } from './answer/answer-card.tsx'
import { SnippetCard } from './answer/snippet-card.tsx'
import { type FieldValue, fieldsOf, initialValue } from './form/fields.ts'
import { InputCard } from './form/input-card.tsx'
import { jsonOf, type Tensor, tensorsFromJson, tensorsOf, type Values } from './form/tensors.ts'

/** One model: its input at the left; its answer, and the same call as code, at the right. */
export function Bench({ place, signature }: { place: Place; signature: ServedSignature }) {
  const fields = useMemo(() => fieldsOf(signature), [signature])
  const start = useMemo(
    (): Values => Object.fromEntries(fields.map((field) => [field.key, initialValue(field)])),
    [fields],
  )
  const [values, setValues] = useState(start)
  const [mode, setMode] = useState<'form' | 'json'>('form')
  const [json, setJson] = useState('')
  const fromForm = useMemo(() => tensorsOf(signature, fields, values), [signature, fields, values])
  const typed = mode === 'json' ? tensorsFromJson(json) : { inputs: fromForm }
  const mutation = useMutation({ mutationFn: (inputs: Tensor[]) => call(predict, { ...place, inputs }) })

  const changeMode = (next: 'form' | 'json') => {
    if (next === 'json') setJson(jsonOf(fromForm))
    setMode(next)
  }
  const onValue = (key: string, value: FieldValue) => setValues((before) => ({ ...before, [key]: value }))

  return (
    <Halves>
      <InputCard
        fields={fields}
        values={values}
        onValue={onValue}
        mode={mode}
        onMode={changeMode}
        json={json}
        onJson={setJson}
        fault={'fault' in typed ? typed.fault : null}
        predicting={mutation.isPending}
        onPredict={() => 'inputs' in typed && !mutation.isPending && mutation.mutate(typed.inputs)}
        onReset={() => {
          setValues(start)
          setJson(jsonOf(tensorsOf(signature, fields, start)))
          mutation.reset()
        }}
      />
      <Stack>
        <AnswerCard prediction={mutation.data} error={mutation.error} predicting={mutation.isPending} />
        <SnippetCard url={signature.inferUrl} inputs={'inputs' in typed ? typed.inputs : fromForm} />
      </Stack>
    </Halves>
  )
}
