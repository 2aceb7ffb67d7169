/**
 * Where people show which account on the Git host is theirs: by signing in there and agreeing. What the host hands out
 * for it is used once, to read who they are, and dropped.
 */
import type { HostAccount } from './git-host.ts'

export type Question = {
  /** Where the host sends the browser back to. */
  returnTo: string
  /** Comes back with the answer. */
  state: string
  /** A secret of this attempt: whoever has only the code cannot use it. */
  verifier: string
}

export interface GitSignIn {
  /** Where a person's browser goes to agree. */
  address(question: Question): string
  /** Whose code this is; undefined when the host does not take it (used, too old, another attempt's). */
  accountOf(code: string, question: Pick<Question, 'returnTo' | 'verifier'>): Promise<HostAccount | undefined>
}
