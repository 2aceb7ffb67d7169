'use client'

import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Notice } from '#components/ui/page/notice.tsx'
import { modelRollback, modelUndeploy, namespaceDelete } from '#server/contracts/requests/drafts.ts'
import { ReasonField, RequestFrame } from '../request-frame.tsx'
import { useSubmit } from '../use-submit.ts'
import { useVerdict } from '../use-verdict.ts'

type Subject = { team: string; namespace: string }
type Deployed = Subject & { model: string }

export function NamespaceDeleteForm(subject: Subject) {
  const toInput = ({ reason }: { reason: string }) => ({ kind: 'namespace.delete' as const, ...subject, reason })
  const form = useContractForm({ schema: namespaceDelete, initialValues: { reason: '' }, toInput, ...useSubmit() })
  return (
    <ReasonOnly
      {...form}
      draft={toInput({ reason: '' })}
      team={subject.team}
      title={`Delete ${subject.namespace}`}
      warning="Everything in it stops and is removed once this is approved. Models stay in the registry; what ran here does not come back."
      sendLabel={`Request to delete ${subject.namespace}`}
      typeName={subject.namespace}
    />
  )
}

export function UndeployForm(subject: Deployed) {
  const toInput = ({ reason }: { reason: string }) => ({ kind: 'model.undeploy' as const, ...subject, reason })
  const form = useContractForm({ schema: modelUndeploy, initialValues: { reason: '' }, toInput, ...useSubmit() })
  return (
    <ReasonOnly
      {...form}
      draft={toInput({ reason: '' })}
      team={subject.team}
      title={`Take ${subject.model} out of ${subject.namespace}`}
      warning="Calls to it get an error once this is applied. Its versions stay in the registry."
      sendLabel={`Request to take out ${subject.model}`}
      typeName={subject.model}
    />
  )
}

export function RollbackForm({ undo, ...subject }: Deployed & { undo: string | undefined }) {
  const toInput = ({ reason }: { reason: string }) => ({
    kind: 'model.rollback' as const,
    ...subject,
    ...(undo && { undo }),
    reason,
  })
  const initialValues = { reason: `The latest change of ${subject.model} does not behave; back to what served before.` }
  const form = useContractForm({ schema: modelRollback, initialValues, toInput, ...useSubmit() })
  return (
    <ReasonOnly
      {...form}
      draft={toInput({ reason: '' })}
      team={subject.team}
      title={`Roll back ${subject.model} in ${subject.namespace}`}
      warning="A revert of the latest change is opened as a pull request. What served before serves again once it is applied."
      sendLabel="Request the rollback"
    />
  )
}

type Props = {
  form: { getInputProps: (field: 'reason') => object }
  submit: () => void
  sending: boolean
  problem: unknown
  draft: unknown
  team: string
  title: string
  warning: string
  sendLabel: string
  /** What destroys asks for the name first. */
  typeName?: string
}

function ReasonOnly({ form, submit, draft, warning, typeName, ...frame }: Props) {
  const verdict = useVerdict(draft)
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState(false)
  const confirmed = typeName === undefined || typed === typeName
  return (
    <RequestFrame
      {...frame}
      facts={frame.team}
      verdict={verdict}
      danger={typeName !== undefined}
      onSubmit={(event) => {
        event?.preventDefault()
        setAsked(true)
        if (confirmed) submit()
      }}
    >
      <Notice tone={typeName ? 'warn' : 'info'}>{warning}</Notice>
      <ReasonField {...form.getInputProps('reason')} />
      {typeName !== undefined && (
        <TextInput
          label={`Type ${typeName} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={asked && !confirmed ? 'This is not the same name.' : null}
          autoComplete="off"
          spellCheck={false}
          required
        />
      )}
    </RequestFrame>
  )
}
