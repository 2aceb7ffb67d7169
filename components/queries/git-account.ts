import { getGitAccount } from '#server/contracts/platform/git-account.ts'
import { queryFor } from './query.ts'

export const gitAccountQuery = () => queryFor(getGitAccount, {})
