'use client'

import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useMay } from '#components/layout/me-context.tsx'
import { useCurrentTeam } from '#components/layout/use-current-team.ts'
import { deploymentQuery } from '#components/queries/deployments.ts'
import { namespaceQuery } from '#components/queries/namespaces.ts'
import { policyQuery } from '#components/queries/requests.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { NamespaceCreateForm } from './kinds/namespace-create-form.tsx'
import type { RequestLink } from './link.ts'

/** Each kind of form is its own part, so that nobody loads seven forms to fill in one. */
const DeployForm = dynamic(() => import('./kinds/deploy-form.tsx').then((module) => module.DeployForm))
const NamespaceChangeForm = dynamic(() =>
  import('./kinds/namespace-change-form.tsx').then((module) => module.NamespaceChangeForm),
)
const NamespaceDeleteForm = dynamic(() =>
  import('./kinds/simple-form.tsx').then((module) => module.NamespaceDeleteForm),
)
const RollbackForm = dynamic(() => import('./kinds/simple-form.tsx').then((module) => module.RollbackForm))
const UndeployForm = dynamic(() => import('./kinds/simple-form.tsx').then((module) => module.UndeployForm))

/** The form for the kind of request that the address names, filled with what the address says. */
export function RequestComposer({ link: asked }: { link: RequestLink }) {
  const current = useCurrentTeam()
  const link = { ...asked, team: asked.team || (current?.slug ?? '') }
  const may = useMay(link.team)
  if (!may('request.submit')) {
    return (
      <Card>
        <EmptyState title="You may not ask for changes in this team">
          Members and maintainers may. Ask a maintainer of {link.team} for another role.
        </EmptyState>
      </Card>
    )
  }
  const { kind, team, namespace, model } = link
  if (kind === 'namespace.create') return <CreateNamespace link={link} />
  if (kind === 'model.deploy') return <DeployForm team={team} link={link} />
  if (!namespace) return <Incomplete what="namespace" />
  if (kind === 'namespace.change') return <ChangeNamespace link={link} namespace={namespace} />
  if (kind === 'namespace.delete') return <NamespaceDeleteForm team={team} namespace={namespace} />
  if (!model) return <Incomplete what="model" />
  if (kind === 'model.change') return <ChangeDeployment link={link} namespace={namespace} model={model} />
  if (kind === 'model.undeploy') return <UndeployForm team={team} namespace={namespace} model={model} />
  return <RollbackForm team={team} namespace={namespace} model={model} undo={link.undo} />
}

function Incomplete({ what }: { what: string }) {
  return (
    <Card>
      <EmptyState title={`The link does not say which ${what}`}>
        Start from the page of the {what}; its buttons bring you here with everything filled in.
      </EmptyState>
    </Card>
  )
}

function CreateNamespace({ link }: { link: RequestLink }) {
  const policy = useQuery(policyQuery())
  return <QueryGate query={policy}>{() => <NamespaceCreateForm team={link.team} link={link} />}</QueryGate>
}

function ChangeNamespace({ link, namespace }: { link: RequestLink; namespace: string }) {
  const detail = useQuery(namespaceQuery(link.team, namespace))
  return (
    <QueryGate query={detail}>
      {(data) => <NamespaceChangeForm namespace={data} reason={link.reason ?? ''} quota={link.quota} />}
    </QueryGate>
  )
}

function ChangeDeployment({ link, namespace, model }: { link: RequestLink; namespace: string; model: string }) {
  const detail = useQuery(deploymentQuery({ team: link.team, namespace, model }))
  return <QueryGate query={detail}>{(data) => <DeployForm team={link.team} link={link} now={data} />}</QueryGate>
}
