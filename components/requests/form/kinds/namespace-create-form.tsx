'use client'

import { NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { policyQuery } from '#components/queries/requests.ts'
import { allowanceUseQuery } from '#components/queries/teams.ts'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { isUnread } from '#components/ui/state/reading.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import { type Environment, environments } from '#server/contracts/names.ts'
import { namespaceCreate } from '#server/contracts/requests/drafts.ts'
import { PresetCards } from '../fields/preset-cards.tsx'
import { fieldProps, QuotaFields } from '../fields/quota-fields.tsx'
import { type QuotaText, quotaText } from '../fields/quota-text.ts'
import classes from '../form.module.css'
import { ReasonField, RequestFrame } from '../request-frame.tsx'
import { useRequestTeams } from '../use-request-teams.ts'
import { useSubmit } from '../use-submit.ts'
import { refusalOf, useVerdict } from '../use-verdict.ts'

type Values = {
  team: string
  environment: Environment
  purpose: string
  preset: string
  quota: QuotaText
  reason: string
}
export type NamespaceLink = Partial<Pick<Values, 'environment' | 'purpose' | 'preset' | 'reason'>>

const small: QuotaText = { cpu: '2', memory: '4Gi', gpu: 0, storage: '0Gi' }

const toInput = ({ team, environment, purpose, preset, quota, reason }: Values) => ({
  kind: 'namespace.create' as const,
  team,
  environment,
  quota,
  reason,
  ...(purpose.trim() && { purpose: purpose.trim() }),
  ...(preset && { preset }),
})

export function NamespaceCreateForm({ team, link }: { team: string; link: NamespaceLink }) {
  const policy = useQuery(policyQuery()).data
  const linked = policy?.presets.find((preset) => preset.name === link.preset)
  const { form, submit, sending, problem } = useContractForm({
    schema: namespaceCreate,
    initialValues: {
      team,
      environment: link.environment ?? 'dev',
      purpose: link.purpose ?? '',
      preset: linked?.name ?? '',
      quota: linked ? quotaText(linked.quota) : small,
      reason: link.reason ?? '',
    },
    toInput,
    ...useSubmit(),
  })
  const { values } = form
  const teams = useRequestTeams()
  const use = useQuery(allowanceUseQuery(values.team))
  const allowance = use.data?.environments.find((each) => each.environment === values.environment)
  const verdict = useVerdict(toInput(values))
  const name = [values.team, values.purpose.trim(), values.environment].filter(Boolean).join('-')
  const choosePreset = (preset: string) => {
    const chosen = policy?.presets.find((each) => each.name === preset)
    form.setFieldValue('preset', preset)
    if (chosen) form.setFieldValue('quota', quotaText(chosen.quota))
  }

  return (
    <RequestFrame
      team={team}
      title="Request a namespace"
      facts={
        <span>
          It will be called <Mono>{name}</Mono>
        </span>
      }
      onSubmit={submit}
      verdict={verdict}
      sending={sending}
      problem={problem}
      sendLabel={`Request ${name}`}
    >
      <div className={classes.row}>
        <NativeSelect label="Team" data={teams} {...form.getInputProps('team')} required />
        <TextInput
          label="Purpose"
          description="Optional; tells two namespaces apart"
          placeholder="fraud"
          {...form.getInputProps('purpose')}
          error={form.errors.purpose ?? refusalOf(verdict.verdict, 'purpose')}
        />
      </div>
      <div>
        <Text component="div" size="sm" fw={500} id="environment-label" mb={6}>
          Environment
        </Text>
        <SegmentedControl
          aria-labelledby="environment-label"
          data={[...environments]}
          value={values.environment}
          onChange={(environment) => form.setFieldValue('environment', environment)}
        />
      </div>
      {policy && policy.presets.length > 0 && (
        <PresetCards presets={policy.presets} value={values.preset} onChange={choosePreset} />
      )}
      <QuotaFields
        value={values.quota}
        onChange={(change) => {
          form.setFieldValue('quota', { ...values.quota, ...change })
          form.setFieldValue('preset', '')
          for (const field of Object.keys(change)) form.clearFieldError(`quota.${field}`)
        }}
        allowance={allowance}
        unread={isUnread(use)}
        errorOf={(field) => form.errors[field] ?? refusalOf(verdict.verdict, field)}
        inputProps={(field) => fieldProps(form.getInputProps(field))}
      />
      <ReasonField {...form.getInputProps('reason')} />
    </RequestFrame>
  )
}
