/** A Git host in memory that passes the same suite as the adapter, with a way in for what happens behind the portal's back. */
import { createHash, randomUUID } from 'node:crypto'
import { CommitSha } from '../../contracts/names.ts'
import { failure, IntegrationError } from '../../errors.ts'
import type {
  Change,
  ChangedFile,
  FileChange,
  GitHost,
  HostAccount,
  Review,
  StatusReport,
  Webhook,
} from '../../ports/git-host.ts'

type Files = ReadonlyMap<string, string>
type Commit = { sha: CommitSha; files: Files; parent?: Commit }
type Pull = { change: Change; base: Files; reviews: Review[]; comments: string[] }

export type FakeGitHost = GitHost & {
  /** Somebody pushes to a branch. */
  push(branch: string, files: FileChange[]): CommitSha
  /** Somebody changes the default branch without a pull request. */
  commitToDefault(files: FileChange[]): void
  /** Somebody with an account there; the same for the same login. */
  account(login: string): HostAccount
  commentsOn(number: number): string[]
  /** Somebody reviews; at the head, unless told. */
  review(number: number, by: HostAccount, state: Review['state'], sha?: CommitSha): Review
  dismiss(number: number, review: number): void
  mergeByHand(number: number): void
  closeByHand(number: number): void
  down(isDown: boolean): void
  readonly statuses: { sha: string; status: StatusReport }[]
  readonly openedChanges: number
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

const commitOf = (files: Files, parent?: Commit): Commit => ({
  sha: CommitSha.parse(sha1(randomUUID())),
  files,
  parent,
})

/** A commit and all before it. */
const lineOf = (commit: Commit | undefined): Commit[] => (commit ? [commit, ...lineOf(commit.parent)] : [])

/** As Git names a content. */
const blobOf = (content: string) => sha1(`blob ${Buffer.byteLength(content)}\0${content}`)

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

  const accounts = new Map<string, HostAccount>()
  const webhooks = new Map<string, Webhook & { secret: string }>()
  let reviews = 0

  const everyCommit = () => [main, ...branches.values()].flatMap(lineOf)
  const filesAt = (ref: string) => (branches.get(ref) ?? everyCommit().find((commit) => commit.sha === ref))?.files

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
    main = commitOf(apply(main.files, touched), main)
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
        branches.set(proposal.branch, commitOf(files, main))
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
      const head = branches.get(change.branch) ?? main
      const next = apply(head.files, files)
      if (!same(head.files, next)) branches.set(change.branch, commitOf(next, head))
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
      return { files: changesOf(pullOf(number)), more: false }
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
      return content === undefined ? undefined : { content, sha: blobOf(content) }
    },
    async readTree(folder, ref) {
      up()
      const files = (ref === undefined ? main.files : filesAt(ref)) ?? new Map<string, string>()
      return [...files]
        .filter(([path]) => path.startsWith(`${folder}/`))
        .map(([path, content]) => ({ path, kind: 'file' as const, sha: blobOf(content) }))
        .sort((one, other) => (one.path < other.path ? -1 : 1))
    },
    async compare(base, head) {
      up()
      const lines = [base, head].map((sha) => lineOf(everyCommit().find((commit) => commit.sha === sha)))
      const [left = [], right = []] = lines
      const common = right.find((commit) => left.includes(commit))
      if (!common) return undefined
      const [behind, ahead] = [left.indexOf(common), right.indexOf(common)]
      return { status: ahead && behind ? 'diverged' : ahead ? 'ahead' : behind ? 'behind' : 'identical', ahead, behind }
    },
    async findAccount(login) {
      up()
      return accounts.get(login.toLowerCase())
    },
    async ensureWebhook({ url, secret }) {
      up()
      const known = webhooks.get(url)
      const well = known?.active && known.deliveries[0]?.status !== 401
      if (!well) webhooks.set(url, { deliveries: [], active: true, secret })
      return well ? 'present' : known ? 'mended' : 'created'
    },
    async findWebhook(url) {
      up()
      const known = webhooks.get(url)
      return known && { active: known.active, deliveries: known.deliveries }
    },
    async headOfDefaultBranch() {
      up()
      return main.sha
    },
    async check() {
      up()
      return [{ label: 'Open and merge pull requests', value: 'allowed', ok: true }]
    },
    async probe() {
      up()
      return { version: 'fake', login: 'modelyard-bot', rateLimitRemaining: null }
    },

    push(branch, files) {
      const head = branches.get(branch) ?? main
      const commit = commitOf(apply(head.files, files), head)
      branches.set(branch, commit)
      return commit.sha
    },
    commitToDefault(files) {
      main = commitOf(apply(main.files, files), main)
    },
    account(login) {
      const account = accounts.get(login.toLowerCase()) ?? { id: 900_000 + accounts.size, login }
      accounts.set(login.toLowerCase(), account)
      return account
    },
    commentsOn: (number) => pullOf(number).comments,
    review(number, account, state, sha) {
      const pull = pullOf(number)
      accounts.set(account.login.toLowerCase(), account)
      const at = new Date().toISOString()
      const review = { id: ++reviews, account, state, sha: sha ?? pull.change.headSha, body: '', at }
      pull.reviews.push(review)
      return review
    },
    dismiss(number, id) {
      const pull = pullOf(number)
      pull.reviews = pull.reviews.map((each) => (each.id === id ? { ...each, state: 'dismissed' } : each))
    },
    mergeByHand(number) {
      finish(pullOf(number))
    },
    closeByHand(number) {
      const pull = pullOf(number)
      if (pull.change.state === 'open') pull.change = { ...pull.change, state: 'closed' }
    },
    down(value) {
      isDown = value
    },
  }
}
