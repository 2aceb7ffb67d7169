/**
 * The Git host: where changes are proposed, reviewed and merged. A few verbs hide which host it is.
 * Every verb may be asked again after a crash: it looks first and does nothing twice.
 */
import type { CommitSha } from '../contracts/names.ts'

/** `content: null` removes the file. */
export type FileChange = { path: string; content: string | null }

export type ChangeProposal = {
  branch: string
  title: string
  body: string
  /** One commit with this message carries all files. */
  message: string
  files: FileChange[]
}

export type ChangeState = 'open' | 'merged' | 'closed'

export type Change = {
  number: number
  url: string
  branch: string
  state: ChangeState
  headSha: CommitSha
  baseSha: CommitSha
  mergedSha: CommitSha | null
  /** null while the host has not worked it out. */
  mergeable: boolean | null
}

export type ChangedFile = {
  path: string
  status: 'added' | 'removed' | 'modified' | 'renamed'
  patch: string | null
  additions: number
  deletions: number
}

/** Known by its number: a login may be renamed and then taken by somebody else. */
export type HostAccount = { id: number; login: string }

export type Review = {
  id: number
  account: HostAccount
  state: 'approved' | 'changes_requested' | 'commented' | 'dismissed'
  /** The commit they looked at. */
  sha: CommitSha
  body: string
  at: string
}

export type StatusReport = {
  context: string
  state: 'pending' | 'success' | 'failure'
  description: string
  url?: string
}

export type MergeResult =
  | { outcome: 'merged'; sha: CommitSha }
  /** The head is no longer the commit that was asked for. */
  | { outcome: 'head_moved'; headSha: CommitSha }
  | { outcome: 'conflict'; message: string }
  | { outcome: 'blocked'; message: string }

/** A file's `sha` is the one Git gives its content, so that contents are compared without reading them. */
export type TreeEntry = { path: string; kind: 'file' | 'executable' | 'symlink' | 'submodule'; sha: string }

export type Comparison = {
  /** How the second commit stands to the first. */
  status: 'identical' | 'ahead' | 'behind' | 'diverged'
  ahead: number
  behind: number
}

export type Webhook = {
  active: boolean
  /** Newest first. */
  deliveries: { id: string; event: string; at: string; status: number }[]
}

export type GitHostFact = { label: string; value: string; ok: boolean | null }

export interface GitHost {
  /** The newest change from this branch, whatever became of it. */
  findChange(branch: string): Promise<Change | undefined>
  getChange(number: number): Promise<Change>
  /** Opens the change, or returns the one that is open for the branch already. */
  openChange(proposal: ChangeProposal): Promise<Change>
  /** Replaces the files on the branch by one more commit; the head moves. */
  updateChange(number: number, files: FileChange[], message: string): Promise<Change>
  closeChange(number: number, comment: string): Promise<void>
  /** Merges exactly this head, or says why not. */
  merge(number: number, sha: CommitSha, message: string): Promise<MergeResult>
  /** The first few hundred at most; whoever changes more wants to be looked at there. */
  changedFiles(number: number): Promise<{ files: ChangedFile[]; more: boolean }>
  /** All there are, oldest first; those of accounts that are gone are left out. */
  reviews(number: number): Promise<Review[]>
  comment(number: number, body: string): Promise<void>
  reportStatus(sha: CommitSha, status: StatusReport): Promise<void>
  /** A file of the default branch (or of `ref`), or undefined if there is none. */
  readFile(path: string, ref?: string): Promise<{ content: string; sha: string } | undefined>
  /** Everything below a folder, at the default branch or `ref`; nothing when there is no such folder. */
  readTree(folder: string, ref?: string): Promise<TreeEntry[]>
  /** How `head` stands to `base`; undefined when the host no longer knows one of them. */
  compare(base: CommitSha, head: CommitSha): Promise<Comparison | undefined>
  /** The commit the default branch points to. */
  headOfDefaultBranch(): Promise<CommitSha>
  findAccount(login: string): Promise<HostAccount | undefined>
  /** Makes sure that the host tells this address what happens; says whether anything had to be done. */
  ensureWebhook(wanted: { url: string; secret: string }): Promise<'present' | 'created' | 'mended'>
  /** What the host knows of the webhook to this address and its latest deliveries; undefined when there is none. */
  findWebhook(url: string): Promise<Webhook | undefined>
  /** Who we are there and what the host says of itself; fails as an IntegrationError when it does not answer. */
  probe(): Promise<{ version: string; login: string; rateLimitRemaining: number | null }>
  /** What our account may and may not do there; nothing is tried. */
  check(): Promise<GitHostFact[]>
}
