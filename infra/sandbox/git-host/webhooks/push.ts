import { changedFiles, isAncestor } from '../git/compare.ts'
import { nullSha } from '../git/names.ts'
import { type Commit, listCommits } from '../git/objects.ts'
import type { Host } from '../host.ts'
import type { Account, Repository } from '../store/records.ts'

type RefChange = { ref: string; before: string; after: string }
const shownCommits = 20

export async function emitPush(host: Host, repository: Repository, actor: Account, { ref, before, after }: RefChange) {
  const directory = host.directory(repository)
  const [created, deleted] = [before === nullSha, after === nullSha]
  const main = host.knownRefs.get(repository.id)?.get(`refs/heads/${repository.defaultBranch}`)
  // A new branch brings what the default branch does not have.
  const start = created ? (main === after ? undefined : main) : before
  const selectors = [`-${shownCommits}`, '--reverse', after, ...(start ? [`^${start}`] : [])]
  const commits = deleted ? [] : await listCommits(directory, selectors)
  const shown = await Promise.all(commits.map((commit) => pushedCommit(host, repository, commit)))
  const web = `${host.url}/${host.fullName(repository)}`
  host.emit(repository, {
    name: 'push',
    sender: actor,
    payload: {
      ref,
      before,
      after,
      created,
      deleted,
      forced: !created && !deleted && !(await isAncestor(directory, before, after)),
      base_ref: null,
      compare: created || deleted ? `${web}/commit/${created ? after : before}` : `${web}/compare/${before}...${after}`,
      commits: shown,
      head_commit: shown.at(-1) ?? null,
      pusher: { name: actor.login, email: actor.email },
    },
  })
}

async function pushedCommit(host: Host, repository: Repository, commit: Commit) {
  const files = await changedFiles(host.directory(repository), commit.parents[0], commit.sha)
  const paths = (status: string[]) => files.filter((file) => status.includes(file.status)).map((file) => file.path)
  const removed = files.flatMap((file) => (file.status === 'renamed' && file.previousPath ? [file.previousPath] : []))
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${host.url}/${host.fullName(repository)}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: paths(['added', 'renamed']),
    removed: [...paths(['removed']), ...removed],
    modified: paths(['modified']),
  }
}
