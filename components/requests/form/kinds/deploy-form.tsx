'use client'

import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { modelQuery, modelsQuery } from '#components/queries/models.ts'
import { namespacesQuery } from '#components/queries/namespaces.ts'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { DeploymentDetail } from '#server/contracts/deployments.ts'
import { modelChange, modelDeploy, type ServingLimits } from '#server/contracts/requests/drafts.ts'
import { promptOf } from '../fields/choices.ts'
import { LimitFields } from '../fields/limit-fields.tsx'
import { limitsToBeginWith } from '../fields/limits.ts'
import { type Share, shareLeft } from '../fields/traffic.ts'
import { TrafficFields } from '../fields/traffic-fields.tsx'
import classes from '../form.module.css'
import { ReasonField, RequestFrame } from '../request-frame.tsx'
import { useSubmit } from '../use-submit.ts'
import { refusalOf, useVerdict } from '../use-verdict.ts'

type Values = { namespace: string; model: string; traffic: Share[]; limits: ServingLimits | null; reason: string }
export type DeployLink = { namespace?: string; model?: string; version?: number; reason?: string }

type Props = {
  team: string
  link: DeployLink
  /** What serves now, when this changes it. */
  now?: DeploymentDetail
}

const choose = (label: string) => ({ value: '', label, disabled: true })

/** Puts versions of a model into a namespace, or shifts the traffic between those that are there. */
export function DeployForm({ team, link, now }: Props) {
  const { send, onSent } = useSubmit()
  const toDraft = ({ limits, ...values }: Values) => ({
    ...values,
    ...(limits && { limits }),
    team,
    traffic: values.traffic.map((share) => ({ ...share, weight: share.shadow ? 0 : share.weight })),
  })
  const toInput = (values: Values) => ({ kind: 'model.deploy' as const, ...toDraft(values) })
  const { form, submit, sending, problem } = useContractForm({
    schema: modelDeploy,
    initialValues: {
      namespace: link.namespace ?? '',
      model: link.model ?? '',
      traffic: now?.versions.map(({ version, weight, shadow }): Share => ({ version, weight, shadow })) ?? [],
      limits: limitsToBeginWith(now),
      reason: link.reason ?? '',
    },
    toInput,
    send: (input, key) => (now ? send({ ...input, kind: modelChange.shape.kind.value }, key) : send(input, key)),
    onSent,
  })
  const { values, setFieldValue } = form
  const namespaces = useQuery(namespacesQuery(team))
  const models = useQuery(modelsQuery(team))
  const places = namespaces.data?.items ?? []
  const ready = (models.data?.items ?? []).filter((each) => each.latestVersion !== null || each.name === values.model)
  const detail = useQuery({ ...modelQuery(team, values.model || 'none'), enabled: values.model !== '' })
  const versions = values.model === '' ? [] : (detail.data?.versions.map((each) => each.version) ?? [])
  const newest = versions.find((version) => version === link.version) ?? versions[0]
  const verdict = useVerdict({ ...toInput(values), ...(now && { kind: 'model.change' }) })

  useEffect(() => {
    if (values.traffic.length === 0 && newest !== undefined) {
      setFieldValue('traffic', [{ version: newest, weight: 100, shadow: false }])
    }
  }, [values.traffic.length, newest, setFieldValue])

  // The contract says what a name looks like; who has chosen nothing need not know.
  const unchosen = (what: 'model' | 'namespace') => values[what] === '' && `Choose a ${what}.`
  const title = now ? `Shift traffic of ${now.model}` : 'Deploy a model'
  return (
    <RequestFrame
      team={team}
      title={title}
      facts={
        values.model && values.namespace ? (
          <span>
            It answers as <Mono>{`${values.namespace}.${values.model}`}</Mono> on the shared runtime
          </span>
        ) : (
          'It runs on the shared runtime: no pods of your own, ready in seconds'
        )
      }
      onSubmit={submit}
      verdict={verdict}
      sending={sending}
      problem={problem}
      sendLabel={
        now ? 'Request this change' : values.model ? `Request to deploy ${values.model}` : 'Request deployment'
      }
    >
      {!now && (
        <div className={classes.row}>
          <NativeSelect
            label="Model"
            data={[
              choose(promptOf('model', models, ready.length)),
              ...ready.map((each) => ({ value: each.name, label: each.name })),
            ]}
            required
            {...form.getInputProps('model')}
            onChange={(event) => {
              setFieldValue('model', event.currentTarget.value)
              setFieldValue('traffic', [])
            }}
            error={(form.errors.model && unchosen('model')) || form.errors.model || refusalOf(verdict.verdict, 'model')}
          />
          <NativeSelect
            label="Namespace"
            data={[
              choose(promptOf('namespace', namespaces, places.length)),
              ...places.map((each) => ({ value: each.name, label: `${each.name} · ${each.state}` })),
            ]}
            required
            {...form.getInputProps('namespace')}
            error={
              (form.errors.namespace && unchosen('namespace')) ||
              form.errors.namespace ||
              refusalOf(verdict.verdict, 'namespace')
            }
          />
        </div>
      )}
      {versions.length > 0 && (
        <TrafficFields
          value={values.traffic}
          onChange={(traffic) => setFieldValue('traffic', traffic)}
          versions={versions}
          error={
            shareLeft(values.traffic) === 0 ? (form.errors.traffic ?? refusalOf(verdict.verdict, 'traffic')) : null
          }
        />
      )}
      <LimitFields
        value={values.limits}
        onChange={(limits) => setFieldValue('limits', limits)}
        errorOf={(field) => form.errors[field]}
      />
      <ReasonField {...form.getInputProps('reason')} />
    </RequestFrame>
  )
}
