'use client'

import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { answers } from '#components/deployments/answers.ts'
import { useMay } from '#components/layout/me-context.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { signatureQuery } from '#components/queries/playground.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { TextLink } from '#components/ui/actions/text-link.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { CardsSkeleton } from '#components/ui/page/skeletons.tsx'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { Bench } from './bench.tsx'

/** A form that somebody who knows the subject can use, made from what the model says of itself. */
export function PlaygroundPage({ team }: { team: string }) {
  const deployments = useQuery(deploymentsQuery(team))
  return (
    <QueryGate query={deployments}>
      {({ items }) => (
        <Chooser
          team={team}
          // One that answers stands first: it is what an address without a name opens.
          names={items.toSorted((a, b) => Number(answers(b)) - Number(answers(a)))}
        />
      )}
    </QueryGate>
  )
}

type Served = { namespace: string; model: string; servedName: string }

function Chooser({ team, names }: { team: string; names: readonly Served[] }) {
  const may = useMay(team)
  const [namespace, setNamespace] = useUrlState('namespace')
  const [model, setModel] = useUrlState('model')
  const chosen =
    names.find((each) => each.namespace === namespace && each.model === model) ?? (model ? undefined : names[0])
  if (names.length === 0) {
    return (
      <>
        <PageHeader title="Playground" facts="Try a model with a form made from its own signature" />
        <Card>
          <EmptyState
            title="Nothing to try yet"
            actions={
              may('request.submit') && (
                <LinkButton href={`/requests/new?kind=model.deploy&team=${team}`}>Deploy model</LinkButton>
              )
            }
          >
            The playground calls models that serve. Deploy one first; it takes seconds once it is approved.
          </EmptyState>
        </Card>
      </>
    )
  }
  return (
    <>
      <PageHeader
        title="Playground"
        facts={
          chosen ? (
            <span>
              <TextLink href={`/teams/${team}/deployments/${chosen.namespace}/${chosen.model}`}>
                {chosen.servedName}
              </TextLink>{' '}
              on the shared runtime · the form is made from the model’s own signature
            </span>
          ) : (
            `${namespace}.${model} does not serve here; choose another`
          )
        }
        actions={
          <NativeSelect
            aria-label="Deployment to try"
            w={240}
            data={[
              ...(chosen ? [] : [{ value: '', label: 'Choose a deployment', disabled: true }]),
              ...names.map((each) => ({ value: each.servedName, label: each.servedName })),
            ]}
            value={chosen?.servedName ?? ''}
            onChange={(event) => {
              const name = event.currentTarget.value
              const next = names.find((each) => each.servedName === name)
              if (!next) return
              setNamespace(next.namespace)
              setModel(next.model)
            }}
          />
        }
      />
      {chosen && <Signed key={chosen.servedName} team={team} served={chosen} />}
    </>
  )
}

function Signed({ team, served }: { team: string; served: Served }) {
  const place = { team, namespace: served.namespace, model: served.model }
  const signature = useQuery(signatureQuery(place))
  return (
    <QueryGate query={signature} loading={<CardsSkeleton count={2} />}>
      {(data) => <Bench place={place} signature={data} />}
    </QueryGate>
  )
}
