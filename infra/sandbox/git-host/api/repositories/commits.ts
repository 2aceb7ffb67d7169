import { changedFiles, countBetween, mergeBase } from '../../git/compare.ts'
import { isTreePath } from '../../git/names.ts'
import { listCommits, readCommit, resolveCommit } from '../../git/objects.ts'
import { commitView, fileChangeView } from '../../views/commit.ts'
import { apiOf } from '../../views/links.ts'
import { pullView } from '../../views/pull.ts'
import { invalid, notFound, Problem } from '../problems.ts'
import { ok, paged, repositoryRoute } from '../routes.ts'
import { commitAt } from './lookup.ts'

const date = (text: string | null, field: string): string[] => {
  if (text === null) return []
  if (!Number.isFinite(Date.parse(text))) throw invalid('Commit', field)
  return [`--${field}=${new Date(text).toISOString()}`]
}

export const commitRoutes = [
  repositoryRoute('GET', '/commits', 'read', async (call, repository) => {
    const { host, query } = call
    const directory = host.directory(repository)
    const start = await resolveCommit(directory, query.get('sha') ?? repository.defaultBranch)
    if (!start) throw query.has('sha') ? notFound() : new Problem(409, 'Git Repository is empty.')
    const path = query.get('path')
    if (path && !isTreePath(path)) throw notFound()
    const selectors = [...date(query.get('since'), 'since'), ...date(query.get('until'), 'until'), start]
    const commits = await listCommits(directory, selectors, path ? [path] : [])
    return paged(call, commits, (commit) => commitView(host, repository, commit))
  }),
  repositoryRoute('GET', '/commits/:sha/pulls', 'read', (call, repository) => {
    const { sha } = call.params
    const pulls = call.host.store.pulls.filter(
      (pull) => pull.repositoryId === repository.id && (pull.headSha === sha || pull.mergedSha === sha),
    )
    return paged(call, pulls, (pull) => pullView(call.host, repository, pull))
  }),
  repositoryRoute('GET', '/compare/:basehead*', 'read', async ({ host, params: { basehead = '' } }, repository) => {
    const owner = `${host.account(repository.ownerId).login}:`
    const [base = '', head = ''] = basehead
      .split('...')
      .map((side) => (side.startsWith(owner) ? side.slice(owner.length) : side))
    const directory = host.directory(repository)
    const [left, right] = [await commitAt(host, repository, base), await commitAt(host, repository, head)]
    const start = await mergeBase(directory, left.sha, right.sha)
    const common = start && (await readCommit(directory, start))
    if (!common) throw new Problem(404, `No common ancestor between ${base} and ${head}.`)
    const { ahead, behind } = await countBetween(directory, left.sha, right.sha)
    const commits = await listCommits(directory, ['--reverse', '-250', right.sha, `^${left.sha}`])
    const files = await changedFiles(directory, common.sha, right.sha)
    const url = `${apiOf(host, repository)}/compare/${encodeURIComponent(base)}...${encodeURIComponent(head)}`
    const html = `${host.url}/${host.fullName(repository)}/compare/${left.sha}...${right.sha}`
    return ok({
      url,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitView(host, repository, left),
      merge_base_commit: commitView(host, repository, common),
      status: ahead && behind ? 'diverged' : ahead ? 'ahead' : behind ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: commits.map((commit) => commitView(host, repository, commit)),
      files: files.map((file) => fileChangeView(host, repository, right.sha, file)),
    })
  }),
  // Last: a ref may contain slashes, so this pattern takes everything.
  repositoryRoute('GET', '/commits/:ref*', 'read', async ({ host, params: { ref = '' } }, repository) => {
    const commit = await commitAt(host, repository, ref)
    const files = await changedFiles(host.directory(repository), commit.parents[0], commit.sha)
    const sum = (pick: 'additions' | 'deletions') => files.reduce((total, file) => total + file[pick], 0)
    const [additions, deletions] = [sum('additions'), sum('deletions')]
    return ok({
      ...commitView(host, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.map((file) => fileChangeView(host, repository, commit.sha, file)),
    })
  }),
]
