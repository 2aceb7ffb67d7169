/** "What needs me?": everything that waits for somebody in the team, the most urgent first, each with its one action. */

import { costDelta } from '#components/ui/figures/amounts.ts'
import type { DeploymentView } from '#server/contracts/deployments.ts'
import type { RequestSummary } from '#server/contracts/requests.ts'
import type { AlertView } from '#server/contracts/serving/observability.ts'

export type Need = {
  id: string
  urgency: 'bad' | 'warn' | 'good'
  title: string
  detail: string
  since: string | null
  action: { label: string; href: string }
}

type Facts = {
  team: string
  me: string
  requests: readonly RequestSummary[]
  waitingForMe: readonly RequestSummary[]
  deployments: readonly DeploymentView[]
  alerts: readonly AlertView[]
  /** Whether the reader may ask for changes: others are shown where to look. */
  mayAsk: boolean
}

const broken = new Set<string>(['Failed', 'Degraded', 'Quota exceeded', 'Out of sync'])
const order = { bad: 0, warn: 1, good: 2 }

export function needsOf(facts: Facts): Need[] {
  return [
    ...facts.deployments.filter((each) => broken.has(each.state)).map((each) => ofDeployment(facts, each)),
    ...facts.alerts.filter((each) => each.state === 'firing').map((each) => ofAlert(facts.team, each)),
    ...facts.requests.filter((each) => each.requester.id === facts.me).flatMap(ofOwnRequest),
    ...facts.waitingForMe.map(ofReview),
    ...facts.deployments.filter((each) => each.state === 'Canary').map((each) => ofCanary(facts, each)),
  ].toSorted((a, b) => order[a.urgency] - order[b.urgency])
}

const look = (team: string, { namespace, model }: DeploymentView) => ({
  label: 'Look',
  href: `/teams/${team}/deployments/${namespace}/${model}`,
})

function ofDeployment({ team, mayAsk }: Facts, each: DeploymentView): Need {
  const quota = each.state === 'Quota exceeded'
  return {
    id: `deployment-${each.servedName}`,
    urgency: each.state === 'Out of sync' ? 'warn' : 'bad',
    title: quota
      ? `${each.model} cannot start in ${each.namespace}`
      : `${each.model} in ${each.namespace}: ${each.state}`,
    detail: each.message ?? 'Its page says what is known.',
    since: null,
    action:
      quota && mayAsk
        ? { label: 'Fix this', href: `/requests/new?kind=namespace.change&team=${team}&namespace=${each.namespace}` }
        : look(team, each),
  }
}

const ofAlert = (team: string, each: AlertView): Need => ({
  id: `alert-${each.fingerprint}`,
  urgency: 'bad',
  title: `${each.name}${each.model ? `: ${each.model}` : ''}`,
  detail: each.summary,
  since: each.since,
  action: { label: 'Look', href: `/teams/${team}/alerts` },
})

function ofOwnRequest(each: RequestSummary): Need[] {
  const base = { id: `own-${each.id}`, since: each.updatedAt, action: { label: 'Open', href: `/requests/${each.id}` } }
  if (each.state === 'failed') {
    return [{ ...base, urgency: 'bad', title: `${each.title} failed`, detail: 'The request says what to do next.' }]
  }
  if (each.state === 'changes_requested') {
    return [
      { ...base, urgency: 'warn', title: `${each.title}: changes asked for`, detail: 'A reviewer has written why.' },
    ]
  }
  return []
}

function ofReview(each: RequestSummary): Need {
  const cost = costDelta(each.monthlyDelta)
  return {
    id: `review-${each.id}`,
    urgency: 'warn',
    title: `Approve: ${each.title}`,
    detail: `${each.teamName}, asked by ${each.requester.name}${cost === '–' ? '' : `, ${cost} a month`}.`,
    since: each.createdAt,
    action: { label: 'Review', href: `/requests/${each.id}` },
  }
}

function ofCanary({ team, mayAsk }: Facts, each: DeploymentView): Need {
  const newest = each.versions.toSorted((a, b) => b.version - a.version)[0]
  return {
    id: `canary-${each.servedName}`,
    urgency: 'good',
    title: `${each.model} v${newest?.version ?? '?'} has ${newest?.weight ?? 0} % of the traffic`,
    detail: `In ${each.namespace}. Compare the versions, then shift more or roll back.`,
    since: null,
    action: mayAsk
      ? {
          label: 'Shift traffic',
          href: `/requests/new?kind=model.change&team=${team}&namespace=${each.namespace}&model=${each.model}`,
        }
      : look(team, each),
  }
}
