/**
 * Whatever brings the GitOps repository into the clusters. It works by itself; the portal reads what it says, and asks
 * it to look again or to apply. Words of state are its own and are passed on, also those nobody has heard of yet.
 */
import { type Explanation, IntegrationError } from '../../errors.ts'
import type { WatchEvent, WatchSign } from '../cluster.ts'

export type GitOpsResource = {
  group: string
  kind: string
  namespace: string | null
  name: string
  sync: string
  health: string | null
  message: string | null
  /** It has left the repository and waits to be removed. */
  toBeRemoved: boolean
}

export type Operation = {
  /** Running, Terminating, Succeeded, Failed, Error, or a word yet unknown. */
  phase: string
  message: string | null
  revision: string | null
  startedAt: string | null
  finishedAt: string | null
  /** Null for one that the controller began by itself. */
  by: string | null
  retries: number
}

export type Deployed = { id: number; revision: string; at: string | null; by: string | null }

/** One folder of the repository and what has become of it. */
export type Application = {
  name: string
  team: string | null
  environment: string | null
  /** Where its objects go. */
  namespace: string
  path: string
  targetRevision: string
  automated: boolean
  prunes: boolean
  deleting: boolean
  sync: string
  /** The commit that was compared. */
  revision: string | null
  health: string
  healthMessage: string | null
  operation: Operation | null
  /** The last syncs that succeeded, newest first. */
  history: Deployed[]
  resources: GitOpsResource[]
  /** What it complains about: faults of the folder, of the project's rules, of the last sync. */
  messages: { type: string; message: string; at: string | null }[]
  /** When the controller last looked. */
  lookedAt: string | null
  /** Asked to look again, and has not yet. */
  askedToLook: boolean
}

export type SyncOrder = {
  /** Who asks, as it is to stand in the history. */
  by: string
  /** Also remove what has left the repository. */
  prune: boolean
}

export type GitOpsFault = 'unreachable' | 'not_found' | 'busy' | 'denied' | 'failed'

export class GitOpsError extends IntegrationError {
  readonly fault: GitOpsFault

  constructor(fault: GitOpsFault, explanation: Explanation) {
    super('gitops', explanation)
    this.name = 'GitOpsError'
    this.fault = fault
  }
}

/** The fault of an error that it caused; undefined for any other. */
export const gitOpsFault = (error: unknown): GitOpsFault | undefined =>
  error instanceof IntegrationError && error.integration === 'gitops' && 'fault' in error
    ? (error as GitOpsError).fault
    : undefined

/** `at` is the time that the value is about. */
export type GitOpsFact = { label: string; value: string; ok: boolean | null; at?: string | undefined }

export interface GitOps {
  /** For people. */
  readonly title: string
  /** The cluster whose API its objects lie in. */
  readonly cluster: string
  get(name: string): Promise<Application | undefined>
  /** All of them, then every change. Labels select none: what is nobody's is passed over by whoever reads. */
  watch(options: {
    onEvent: (event: WatchEvent<Application>) => void
    onSign?: (sign: WatchSign) => void
    signal: AbortSignal
  }): Promise<void>
  /** Compares with the repository now; hard also forgets what it has read of it. `not_found` when there is none. */
  refresh(name: string, how: 'normal' | 'hard'): Promise<void>
  /** Looks for new folders now. */
  discover(kind: 'namespaces' | 'models'): Promise<void>
  /** Why no Application is made of a folder, or null while there is nothing wrong with that. */
  discoveryProblem(kind: 'namespaces' | 'models'): Promise<string | null>
  /** Applies the newest commit now. `busy` while another operation is under way. */
  sync(name: string, order: SyncOrder): Promise<void>
  probe(): Promise<{ version: string | null; facts: GitOpsFact[] }>
  /** What the portal's account may and may not do there. */
  check(): Promise<GitOpsFact[]>
}
