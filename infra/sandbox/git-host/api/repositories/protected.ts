import { type Account, protectionOf, type Repository } from '../../store/records.ts'
import { Problem } from '../problems.ts'
import { may } from '../routes.ts'

/** Whether this account may move a branch without a pull request. */
export function mayPush(repository: Repository, branch: string, actor: Account | undefined): boolean {
  const protection = protectionOf(repository, branch)
  if (!protection) return may(actor, 'write')
  return may(actor, 'admin') && !protection.enforceAdmins
}

export function refuseWhenProtected(repository: Repository, branch: string, actor: Account, status = 422): void {
  if (mayPush(repository, branch, actor)) return
  throw new Problem(
    status,
    `Protected branch update failed for refs/heads/${branch}. Changes must be made through a pull request.`,
  )
}
