/** The Git host port over GitHub's REST API. Every verb looks before it acts, so that it may be asked again. */
import { CommitSha } from '../../contracts/names.ts'
import { failure } from '../../errors.ts'
import type { Change, ChangedFile, ChangeProposal, FileChange, GitHost, Review } from '../../ports/git-host.ts'
import { createClient, type GitHubAccess } from './client.ts'
import { commitOnTop } from './commits.ts'
import { explained, isStatus, messageOf } from './explained.ts'
import { permissionsOf } from './permissions.ts'
import type { Transport } from './transport.ts'
import { readTree } from './trees.ts'
import { ensureWebhook, findWebhook } from './webhooks.ts'

export type GitHubSettings = { apiUrl: string; repository: string; access: GitHubAccess; transport?: Transport }

type PullRequest = {
  number: number
  html_url: string
  state: string
  merged_at?: string | null
  merged?: boolean
  merge_commit_sha: string | null
  mergeable?: boolean | null
  head: { ref: string; sha: string }
  base: { sha: string }
}

const changeOf = (pull: PullRequest): Change => {
  const merged = pull.merged === true || Boolean(pull.merged_at)
  return {
    number: pull.number,
    url: pull.html_url,
    branch: pull.head.ref,
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    headSha: CommitSha.parse(pull.head.sha),
    baseSha: CommitSha.parse(pull.base.sha),
    mergedSha: merged && pull.merge_commit_sha ? CommitSha.parse(pull.merge_commit_sha) : null,
    mergeable: pull.mergeable ?? null,
  }
}

const reviewStates: Record<string, Review['state']> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes_requested',
  DISMISSED: 'dismissed',
}

const mostFiles = 300

type PullFile = { filename: string; status: string; patch?: string; additions: number; deletions: number }

const changedFileOf = ({ filename, status, patch, additions, deletions }: PullFile): ChangedFile => ({
  path: filename,
  status: status === 'added' || status === 'removed' || status === 'renamed' ? status : 'modified',
  patch: patch ?? null,
  additions,
  deletions,
})

export function createGitHub({ apiUrl, repository, access, transport }: GitHubSettings): GitHost {
  const [owner = '', repo = ''] = repository.split('/')
  const at = { owner, repo }
  const octokit = createClient(apiUrl, access, transport)
  const pageSize = 100
  let defaultBranch: string | undefined

  async function baseBranch(): Promise<string> {
    defaultBranch ??= (await octokit.rest.repos.get(at)).data.default_branch
    return defaultBranch
  }

  async function refSha(branch: string): Promise<string | undefined> {
    try {
      return (await octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` })).data.object.sha
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  async function newestFor(branch: string): Promise<Change | undefined> {
    const { data } = await octokit.rest.pulls.list({
      ...at,
      head: `${owner}:${branch}`,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: 1,
    })
    return data[0] ? changeOf(data[0]) : undefined
  }

  const getChange = async (number: number) =>
    changeOf((await octokit.rest.pulls.get({ ...at, pull_number: number })).data)

  return {
    findChange: (branch) => explained(() => newestFor(branch)),
    getChange: (number) => explained(() => getChange(number)),

    openChange: (proposal: ChangeProposal) =>
      explained(async () => {
        const known = await newestFor(proposal.branch)
        if (known && known.state !== 'closed') return known
        const base = await baseBranch()
        if ((await refSha(proposal.branch)) === undefined) {
          const baseSha = await refSha(base)
          if (!baseSha)
            throw failure(
              'integration_unavailable',
              `The GitOps repository has no branch ${base}.`,
              'A platform admin creates it with the policy file.',
            )
          const commit = await commitOnTop(octokit, at, baseSha, proposal.files, proposal.message)
          if (commit === undefined) {
            throw failure(
              'wrong_state',
              'The repository holds exactly this already, so there is nothing to change.',
              'Reload the page to see what is in force.',
            )
          }
          await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${proposal.branch}`, sha: commit })
        }
        try {
          const { data } = await octokit.rest.pulls.create({
            ...at,
            head: proposal.branch,
            base,
            title: proposal.title,
            body: proposal.body,
          })
          return changeOf(data)
        } catch (error) {
          // Another worker may have opened it between our look and our call.
          const open = isStatus(error, 422) ? await newestFor(proposal.branch) : undefined
          if (open && open.state !== 'closed') return open
          throw error
        }
      }),

    updateChange: (number: number, files: FileChange[], message: string) =>
      explained(async () => {
        const change = await getChange(number)
        const commit = await commitOnTop(octokit, at, change.headSha, files, message)
        if (commit === undefined) return change
        await octokit.rest.git.updateRef({ ...at, ref: `heads/${change.branch}`, sha: commit, force: false })
        return { ...change, headSha: CommitSha.parse(commit) }
      }),

    closeChange: (number, comment) =>
      explained(async () => {
        const change = await getChange(number)
        if (change.state === 'open') {
          await octokit.rest.issues.createComment({ ...at, issue_number: number, body: comment })
          await octokit.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })
        }
        if (change.state !== 'merged' && (await refSha(change.branch)) !== undefined) {
          await octokit.rest.git.deleteRef({ ...at, ref: `heads/${change.branch}` })
        }
      }),

    merge: (number, sha, message) =>
      explained(async () => {
        const [title = '', ...rest] = message.split('\n')
        try {
          const { data } = await octokit.rest.pulls.merge({
            ...at,
            pull_number: number,
            sha,
            merge_method: 'merge',
            commit_title: title,
            commit_message: rest.join('\n').trim(),
          })
          return { outcome: 'merged', sha: CommitSha.parse(data.sha) }
        } catch (error) {
          if (!isStatus(error, 405, 409, 422)) throw error
          const now = await getChange(number)
          if (now.state === 'merged' && now.mergedSha) return { outcome: 'merged', sha: now.mergedSha }
          if (now.headSha !== sha) return { outcome: 'head_moved', headSha: now.headSha }
          if (now.mergeable === false) return { outcome: 'conflict', message: messageOf(error) }
          return { outcome: 'blocked', message: messageOf(error) }
        }
      }),

    changedFiles: (number) =>
      explained(async () => {
        const files: ChangedFile[] = []
        const wanted = { ...at, pull_number: number, per_page: pageSize }
        for await (const { data } of octokit.paginate.iterator(octokit.rest.pulls.listFiles, wanted)) {
          if (files.length >= mostFiles) return { files, more: true }
          files.push(...data.map(changedFileOf))
        }
        return { files, more: false }
      }),

    reviews: (number) =>
      explained(async () => {
        const reviews = await octokit.paginate(octokit.rest.pulls.listReviews, {
          ...at,
          pull_number: number,
          per_page: pageSize,
        })
        return reviews.flatMap((review) =>
          review.user && review.commit_id
            ? [
                {
                  id: review.id,
                  account: { id: review.user.id, login: review.user.login },
                  state: reviewStates[review.state] ?? 'commented',
                  sha: CommitSha.parse(review.commit_id),
                  body: review.body ?? '',
                  at: review.submitted_at ?? '',
                },
              ]
            : [],
        )
      }),

    comment: (number, body) =>
      explained(async () => {
        await octokit.rest.issues.createComment({ ...at, issue_number: number, body })
      }),

    reportStatus: (sha, status) =>
      explained(async () => {
        await octokit.rest.repos.createCommitStatus({
          ...at,
          sha,
          context: status.context,
          state: status.state,
          description: status.description.slice(0, 140),
          ...(status.url ? { target_url: status.url } : {}),
        })
      }),

    readFile: (path, ref) =>
      explained(async () => {
        try {
          const { data } = await octokit.rest.repos.getContent({ ...at, path, ...(ref ? { ref } : {}) })
          if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) return undefined
          return { content: Buffer.from(data.content, 'base64').toString('utf8'), sha: data.sha }
        } catch (error) {
          if (isStatus(error, 404)) return undefined
          throw error
        }
      }),

    readTree: (folder, ref) => explained(async () => readTree(octokit, at, folder, ref ?? (await baseBranch()))),

    compare: (base, head) =>
      explained(async () => {
        try {
          const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
            ...at,
            basehead: `${base}...${head}`,
            per_page: 1,
          })
          return { status: data.status, ahead: data.ahead_by, behind: data.behind_by }
        } catch (error) {
          if (isStatus(error, 404)) return undefined
          throw error
        }
      }),

    findAccount: (login) =>
      explained(async () => {
        try {
          const { data } = await octokit.rest.users.getByUsername({ username: login })
          return { id: data.id, login: data.login }
        } catch (error) {
          if (isStatus(error, 404)) return undefined
          throw error
        }
      }),

    ensureWebhook: (wanted) => explained(() => ensureWebhook(octokit, at, wanted)),
    findWebhook: (url) => explained(() => findWebhook(octokit, at, url)),

    headOfDefaultBranch: () => explained(async () => CommitSha.parse(await refSha(await baseBranch()))),

    check: () => explained(() => permissionsOf(octokit, at, access)),

    probe: () =>
      explained(async () => {
        const { headers } = await octokit.rest.repos.get(at)
        const user = await octokit.rest.users.getAuthenticated().then(
          ({ data }) => data.login,
          () => 'app', // An app's installation token belongs to no user.
        )
        const remaining = headers['x-ratelimit-remaining']
        return {
          version: String(headers['x-github-enterprise-version'] ?? 'api v3'),
          login: user,
          rateLimitRemaining: remaining === undefined ? null : Number(remaining),
        }
      }),
  }
}
