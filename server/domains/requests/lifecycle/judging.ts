import { Verdict } from '../../../contracts/requests.ts'
import type { Change, GitHost } from '../../../ports/git-host.ts'
import { strangeFiles } from '../rendering/render.ts'
import type { Blockage } from './blockage.ts'
import type { RequestRow } from './store.ts'

type Needs = { git: GitHost; portalUrl: string; repositoryUrl: string }

const policyStatus = 'modelyard/policy'

/**
 * Does the branch hold exactly what was judged? Whoever may push could otherwise slip more past the policy than the
 * numbers on the page say. The host is told too, so that merging there cannot go round it.
 */
export async function judgeBranch(
  row: RequestRow,
  change: Change,
  { git, portalUrl, repositoryUrl }: Needs,
): Promise<Blockage | null> {
  const strange = await strangeFiles(row, change, git, repositoryUrl)
  await git.reportStatus(change.headSha, {
    context: policyStatus,
    state: strange.length === 0 ? 'success' : 'failure',
    description: (strange.length === 0
      ? Verdict.parse(row.verdict).summary
      : `Not what was asked: ${strange.join(', ')}`
    ).slice(0, 140),
    url: `${portalUrl}/requests/${row.id}`,
  })
  if (strange.length === 0) return null
  return {
    message: `The branch no longer holds what was asked: ${strange.slice(0, 3).join(', ')}.`,
    remedy: 'Take the change out of the branch, or withdraw this request and ask for what is wanted.',
    blocks: true,
  }
}
