/** A Git host in memory that passes the same suite as the adapter, with a way in for what happens behind the portal's back. */
import { createHash, randomUUID } from 'node:crypto'
import { CommitSha } from '../contracts/names.ts'
import { failure, IntegrationError } from '../errors.ts'
import type { Change, ChangedFile, FileChange, GitHost, Review, StatusReport } from '../ports/git-host.ts'

type Files = ReadonlyMap<string, string>
type Commit = { sha: CommitSha; files: Files }
type Pull = { change: Change; base: Files; reviews: Review[]; comments: string[] }

export type FakeGitHost = GitHost & {
  /** Somebody pushes to a branch. */
  push(branch: string, files: FileChange[]): CommitSha
  /** Somebody changes the default branch without a pull request. */
  commitToDefault(files: FileChange[]): void
  mergeByHand(number: number): void
  closeByHand(number: number): void
  down(isDown: boolean): void
  readonly statuses: { sha: string; status: StatusReport }[]
  readonly openedChanges: number
}

const commitOf = (files: Files): Commit => ({
  sha: CommitSha.parse(createHash('sha1').update(randomUUID()).digest('hex')),
  files,
})

function apply(files: Files, changes: FileChange[]): Files {
  const next = new Map(files)
  for (const { path, content } of changes) {
    if (content === null) next.delete(path)
    else next.set(path, content)
  }
  return next
}

const same = (left: Files, right: Files) =>
  left.size === right.size && [...left].every(([path, content]) => right.get(path) === content)

export function createFakeGitHost(initial: Record<string, string> = {}): FakeGitHost {
  let main = commitOf(new Map(Object.entries(initial)))
  let isDown = false
  const branches = new Map<string, Commit>()
  const pulls: Pull[] = []
  const statuses: { sha: string; status: StatusReport }[] = []

  const filesAt = (ref: string) =>
    (branches.get(ref) ?? [...branches.values()].find((commit) => commit.sha === ref))?.files

  const up = () => {
    if (isDown)
      throw new IntegrationError('git_host', {
        detail: 'The Git host does not answer.',
        remedy: 'Wait a moment; nothing is lost.',
      })
  }
  const pullOf = (number: number): Pull => {
    const pull = pulls.find((each) => each.change.number === number)
    if (!pull)
      throw new IntegrationError('git_host', {
        detail: 'The Git host does not know the pull request.',
        remedy: 'Check the number.',
      })
    const head = branches.get(pull.change.branch)
    if (head && pull.change.state === 'open')
      pull.change = { ...pull.change, headSha: head.sha, mergeable: !conflicts(pull) }
    return pull
  }
  /** A file of the branch that also changed on the default branch since, differently. */
  function conflicts(pull: Pull): boolean {
    const head = branches.get(pull.change.branch)?.files ?? pull.base
    const paths = new Set([...head.keys(), ...main.files.keys()])
    return [...paths].some((path) => {
      const [before, theirs, ours] = [pull.base.get(path), main.files.get(path), head.get(path)]
      return theirs !== before && ours !== before && theirs !== ours
    })
  }
  const changesOf = (pull: Pull): ChangedFile[] => {
    const head = branches.get(pull.change.branch)?.files ?? main.files
    const paths = [...new Set([...head.keys(), ...pull.base.keys()])].sort()
    return paths.flatMap((path) => {
      const [before, after] = [pull.base.get(path), head.get(path)]
      if (before === after) return []
      const lines = (text: string | undefined) => (text === undefined ? 0 : text.split('\n').length)
      const status =
        before === undefined ? ('added' as const) : after === undefined ? ('removed' as const) : ('modified' as const)
      return [{ path, status, patch: after ?? '', additions: lines(after), deletions: lines(before) }]
    })
  }
  function finish(pull: Pull): CommitSha {
    const head = branches.get(pull.change.branch)
    const touched = changesOf(pull).map(({ path }) => ({ path, content: head?.files.get(path) ?? null }))
    main = commitOf(apply(main.files, touched))
    pull.change = { ...pull.change, state: 'merged', mergedSha: main.sha }
    return main.sha
  }

  return {
    statuses,
    get openedChanges() {
      return pulls.length
    },
    async findChange(branch) {
      up()
      const found = pulls.findLast((each) => each.change.branch === branch)
      return found ? pullOf(found.change.number).change : undefined
    },
    async getChange(number) {
      up()
      return pullOf(number).change
    },
    async openChange(proposal) {
      up()
      const known = pulls.findLast((each) => each.change.branch === proposal.branch)
      if (known && known.change.state !== 'closed') return pullOf(known.change.number).change
      if (!branches.has(proposal.branch)) {
        const files = apply(main.files, proposal.files)
        if (same(files, main.files))
          throw failure(
            'wrong_state',
            'The repository holds exactly this already, so there is nothing to change.',
            'Reload the page.',
          )
        branches.set(proposal.branch, commitOf(files))
      }
      const number = pulls.length + 1
      const headSha = branches.get(proposal.branch)?.sha ?? main.sha
      const change: Change = {
        number,
        url: `https://git.example/pull/${number}`,
        branch: proposal.branch,
        state: 'open',
        headSha,
        baseSha: main.sha,
        mergedSha: null,
        mergeable: true,
      }
      pulls.push({ change, base: main.files, reviews: [], comments: [] })
      return change
    },
    async updateChange(number, files) {
      up()
      const { change } = pullOf(number)
      const head = branches.get(change.branch)?.files ?? main.files
      const next = apply(head, files)
      if (!same(head, next)) branches.set(change.branch, commitOf(next))
      return pullOf(number).change
    },
    async closeChange(number, comment) {
      up()
      const pull = pullOf(number)
      if (pull.change.state === 'open') {
        pull.comments.push(comment)
        pull.change = { ...pull.change, state: 'closed' }
      }
      if (pull.change.state !== 'merged') branches.delete(pull.change.branch)
    },
    async merge(number, sha) {
      up()
      const pull = pullOf(number)
      if (pull.change.state === 'merged' && pull.change.mergedSha)
        return { outcome: 'merged', sha: pull.change.mergedSha }
      if (pull.change.state === 'closed') return { outcome: 'blocked', message: 'Pull Request is closed' }
      if (pull.change.headSha !== sha) return { outcome: 'head_moved', headSha: pull.change.headSha }
      if (conflicts(pull)) return { outcome: 'conflict', message: 'Pull Request is not mergeable' }
      return { outcome: 'merged', sha: finish(pull) }
    },
    async changedFiles(number) {
      up()
      return changesOf(pullOf(number))
    },
    async reviews(number) {
      up()
      return pullOf(number).reviews
    },
    async comment(number, body) {
      up()
      pullOf(number).comments.push(body)
    },
    async reportStatus(sha, status) {
      up()
      statuses.push({ sha, status })
    },
    async readFile(path, ref) {
      up()
      const files = ref === undefined ? main.files : filesAt(ref)
      const content = files?.get(path)
      return content === undefined ? undefined : { content, sha: createHash('sha1').update(content).digest('hex') }
    },
    async listFiles(folder, ref) {
      up()
      const files = ref === undefined ? main.files : (branches.get(ref)?.files ?? new Map())
      return [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort()
    },
    async headOfDefaultBranch() {
      up()
      return main.sha
    },
    async probe() {
      up()
      return { version: 'fake', login: 'modelyard-bot', rateLimitRemaining: null }
    },

    push(branch, files) {
      const commit = commitOf(apply(branches.get(branch)?.files ?? main.files, files))
      branches.set(branch, commit)
      return commit.sha
    },
    commitToDefault(files) {
      main = commitOf(apply(main.files, files))
    },
    mergeByHand(number) {
      finish(pullOf(number))
    },
    closeByHand(number) {
      const pull = pullOf(number)
      pull.change = { ...pull.change, state: 'closed' }
    },
    down(value) {
      isDown = value
    },
  }
}
