/** Judges a request before anything is written: pure, so that the form can show the verdict while one types. */
import type { Environment } from '../../contracts/names.ts'
import type { Policy } from '../../contracts/platform/policy.ts'
import { type Amounts, formatBytes, formatCpu, type Resource, resources, subtract } from '../../contracts/quantity.ts'
import type { ResourceChange, Verdict } from '../../contracts/requests.ts'
import { monthlyCost } from './prices.ts'

export type QuotaQuestion = {
  policy: Policy
  teamName: string
  environment: Environment
  allowance: Amounts
  /** What the team holds in this environment: what exists and what is asked for in other open requests. */
  committed: Amounts
  now: Amounts
  after: Amounts
  used: Amounts | null
}

export function inWords(resource: Resource, amount: number): string {
  if (resource === 'cpu') return `${formatCpu(amount)} CPU`
  if (resource === 'gpu') return amount === 1 ? '1 GPU' : `${amount} GPUs`
  return `${formatBytes(amount)} of ${resource}`
}

export function changesOf({ policy, allowance, committed, now, after, used }: QuotaQuestion): ResourceChange[] {
  const leftNow = subtract(allowance, committed)
  const delta = subtract(after, now)
  return resources.map((resource) => ({
    resource,
    now: now[resource],
    after: after[resource],
    used: used ? used[resource] : null,
    leftNow: leftNow[resource],
    leftAfter: leftNow[resource] - delta[resource],
    monthlyDelta: monthlyCost(policy, { ...zero, [resource]: delta[resource] }),
  }))
}

const zero: Amounts = { cpu: 0, memory: 0, gpu: 0, storage: 0 }

function approversInWords(rule: { count: number; fromPlatform: number }, teamName: string): string {
  const others = rule.count - rule.fromPlatform
  const parts = [
    rule.fromPlatform === 1
      ? 'a platform reviewer'
      : rule.fromPlatform > 1
        ? `${rule.fromPlatform} platform reviewers`
        : '',
    others === 1
      ? `${rule.fromPlatform ? 'one more' : 'one'} reviewer or maintainer of ${teamName}`
      : others > 1
        ? `${others} reviewers or maintainers of ${teamName}`
        : '',
  ]
  return parts.filter(Boolean).join(' and ')
}

export function judgeQuota(question: QuotaQuestion): Verdict {
  const { policy, environment, teamName, now, after } = question
  const changes = changesOf(question)
  const monthlyDelta = changes.reduce((sum, change) => sum + change.monthlyDelta, 0)
  const rule = policy.approvals[environment]
  const base = {
    changes,
    monthlyDelta,
    policyVersion: policy.version,
    approvals: rule.count,
    approvers: approversInWords(rule, teamName),
  }

  const tooMuch = changes.filter((change) => change.leftAfter < 0 && change.after > change.now)
  if (tooMuch.length > 0) {
    return {
      ...base,
      outcome: 'refused',
      summary: `More than ${teamName} has left in ${environment}.`,
      reasons: tooMuch.map(({ resource, after: asked, now: held, leftNow }) => ({
        rule: 'allowance',
        field: `quota.${resource}`,
        message: `${inWords(resource, asked - held)} ${held > 0 ? 'more ' : ''}asked, ${inWords(resource, Math.max(0, leftNow))} left in ${environment}.`,
      })),
    }
  }
  const onlyLess = resources.every((resource) => after[resource] <= now[resource])
  if (onlyLess && policy.automaticDecreases.includes(environment)) {
    return {
      ...base,
      outcome: 'automatic',
      approvals: 0,
      approvers: 'nobody',
      summary: `Gives resources back, so nobody has to approve it in ${environment}.`,
      reasons: [{ rule: 'decrease', message: 'Nothing grows.', field: null }],
    }
  }
  return {
    ...base,
    outcome: 'review',
    summary: `Fits what ${teamName} has left in ${environment}. Needs approval by ${base.approvers}.`,
    reasons: [
      {
        rule: 'quorum',
        message: `Policy asks for ${rule.count} approval${rule.count > 1 ? 's' : ''} in ${environment}.`,
        field: null,
      },
    ],
  }
}

/** A change that moves no quota: only the quorum of the place speaks. */
export function judgeServing(question: Pick<QuotaQuestion, 'policy' | 'environment' | 'teamName'>): Verdict {
  const rule = question.policy.approvals[question.environment]
  const approvers = approversInWords(rule, question.teamName)
  return {
    outcome: 'review',
    summary: `Uses a slot of the shared runtime; no quota is spent. Needs approval by ${approvers}.`,
    reasons: [
      {
        rule: 'quorum',
        message: `Policy asks for ${rule.count} approval${rule.count > 1 ? 's' : ''} in ${question.environment}.`,
        field: null,
      },
    ],
    approvals: rule.count,
    approvers,
    changes: [],
    monthlyDelta: 0,
    policyVersion: question.policy.version,
  }
}
