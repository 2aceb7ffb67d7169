'use client'

import { useQuery } from '@tanstack/react-query'
import { allowanceUseQuery } from '#components/queries/teams.ts'
import { usedOfLimit } from '#components/ui/figures/amounts.ts'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { isUnread } from '#components/ui/state/reading.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'
import { noAmounts } from '#server/contracts/quantity.ts'
import { namespaceChange } from '#server/contracts/requests/drafts.ts'
import { fieldProps, QuotaFields } from '../fields/quota-fields.tsx'
import { type QuotaText, quotaText, saysTheSame } from '../fields/quota-text.ts'
import { ReasonField, RequestFrame } from '../request-frame.tsx'
import { useSubmit } from '../use-submit.ts'
import { refusalOf, useVerdict } from '../use-verdict.ts'

type Values = { quota: QuotaText; reason: string }

type Props = { namespace: NamespaceDetail; reason: string; quota: Partial<QuotaText> }

export function NamespaceChangeForm({ namespace, reason, quota }: Props) {
  const now = namespace.quota ?? noAmounts
  const toInput = (values: Values) => ({
    kind: 'namespace.change' as const,
    team: namespace.team,
    namespace: namespace.name,
    ...values,
  })
  const { form, submit, sending, problem } = useContractForm({
    schema: namespaceChange,
    initialValues: { quota: { ...quotaText(now), ...quota }, reason },
    toInput,
    ...useSubmit(),
  })
  const use = useQuery(allowanceUseQuery(namespace.team))
  const changes = !saysTheSame(form.values.quota, now)
  // What changes nothing is not asked: the API refuses it, and the form says so by itself.
  const verdict = useVerdict(changes ? toInput(form.values) : null)
  return (
    <RequestFrame
      team={namespace.team}
      title={`Change the quota of ${namespace.name}`}
      facts={
        <span>
          <Mono>{namespace.name}</Mono> uses{' '}
          {namespace.used
            ? `${usedOfLimit('cpu', namespace.used.cpu, now.cpu)} CPU, ${usedOfLimit('memory', namespace.used.memory, now.memory)}`
            : 'an amount that is not known yet'}
        </span>
      }
      onSubmit={submit}
      verdict={verdict}
      sending={sending}
      problem={problem}
      sendLabel="Request this quota"
      idle={changes ? undefined : 'This is what it has. Change a number; the answer appears here before you send it.'}
    >
      <QuotaFields
        value={form.values.quota}
        onChange={(change) => {
          form.setFieldValue('quota', { ...form.values.quota, ...change })
          for (const field of Object.keys(change)) form.clearFieldError(`quota.${field}`)
        }}
        allowance={use.data?.environments.find((each) => each.environment === namespace.environment)}
        unread={isUnread(use)}
        errorOf={(field) => form.errors[field] ?? refusalOf(verdict.verdict, field)}
        inputProps={(field) => fieldProps(form.getInputProps(field))}
      />
      <ReasonField {...form.getInputProps('reason')} />
    </RequestFrame>
  )
}
