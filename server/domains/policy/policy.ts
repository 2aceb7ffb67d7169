/**
 * The platform's policy, read from the GitOps repository. When the host does not answer, the last policy that was
 * read goes on being used and says so; without any, requests wait.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parse } from 'yaml'
import type { OutputOf } from '../../contracts/contract.ts'
import { Policy } from '../../contracts/platform/policy.ts'
import { amountsOf } from '../../contracts/quantity.ts'
import type { getPolicy } from '../../contracts/requests.ts'
import { failure, PortalError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { GitHost } from '../../ports/git-host.ts'
import { monthlyCost } from './prices.ts'

export { inWords, judgeQuota, judgeServing } from './judge.ts'
export { monthlyCost } from './prices.ts'

const policyPath = 'platform/policy.yaml'
const freshMilliseconds = 10_000

type Needs = { git: GitHost; clock: Clock; patienceMilliseconds?: number }

export function createPolicy({ git, clock, patienceMilliseconds = 3000 }: Needs) {
  let known: { policy: Policy; readAt: number } | undefined
  let trouble: { problem: string; at: number } | undefined
  let reading: Promise<Policy> | undefined

  async function read(): Promise<Policy> {
    const file = await git.readFile(policyPath)
    if (!file) {
      throw failure(
        'integration_unavailable',
        `The GitOps repository has no ${policyPath}.`,
        'Add the policy file to the default branch of the repository.',
      )
    }
    const parsed = Policy.safeParse(yamlIn(file.content))
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw failure(
        'integration_unavailable',
        `${policyPath} is not a valid policy: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
        'Correct the file in the GitOps repository.',
      )
    }
    return parsed.data
  }

  /** Whoever has a policy does not wait long for another. */
  async function inTime(wanted: Promise<Policy>): Promise<Policy> {
    const policy = await Promise.race([wanted, wait(patienceMilliseconds, undefined, { ref: false })])
    if (policy) return policy
    throw failure('integration_unavailable', 'The Git host does not answer.', 'Wait a moment; nothing is lost.')
  }

  async function currentWithProblem(): Promise<{ policy: Policy; problem: string | null }> {
    const isRecent = (at: number) => clock.now().getTime() - at < freshMilliseconds
    if (known && isRecent(known.readAt)) return { policy: known.policy, problem: null }
    // Nobody waits anew for a host that has just not answered.
    if (known && trouble && isRecent(trouble.at)) return { policy: known.policy, problem: trouble.problem }
    reading ??= read().finally(() => {
      reading = undefined
    })
    try {
      const policy = known ? await inTime(reading) : await reading
      known = { policy, readAt: clock.now().getTime() }
      trouble = undefined
      return { policy, problem: null }
    } catch (error) {
      if (!known || !(error instanceof PortalError)) throw error
      trouble = { problem: error.explanation.detail, at: clock.now().getTime() }
      return { policy: known.policy, problem: trouble.problem }
    }
  }

  return {
    async current(): Promise<Policy> {
      return (await currentWithProblem()).policy
    },
    async view(): Promise<OutputOf<typeof getPolicy>> {
      const { policy, problem } = await currentWithProblem()
      return {
        version: policy.version,
        presets: policy.presets.map((preset) => {
          const quota = amountsOf(preset.quota)
          return {
            name: preset.name,
            title: preset.title,
            description: preset.description,
            quota,
            monthlyCost: monthlyCost(policy, quota),
          }
        }),
        prices: policy.prices,
        approvals: {
          dev: policy.approvals.dev.count,
          staging: policy.approvals.staging.count,
          prod: policy.approvals.prod.count,
        },
        problem,
      }
    },
  }
}
/** What is no YAML at all is no policy either. */
function yamlIn(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch (error) {
    throw failure(
      'integration_unavailable',
      `${policyPath} is not valid YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
      'Correct the file in the GitOps repository.',
    )
  }
}
export type PolicyService = ReturnType<typeof createPolicy>
