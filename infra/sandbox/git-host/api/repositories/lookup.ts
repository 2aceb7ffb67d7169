import { type Commit, findCommit } from '../../git/objects.ts'
import type { Host } from '../../host.ts'
import type { Repository } from '../../store/records.ts'
import { Problem } from '../problems.ts'

export async function commitAt(host: Host, repository: Repository, ref: string): Promise<Commit> {
  const commit = await findCommit(host.directory(repository), ref)
  if (!commit) throw new Problem(404, `No commit found for the ref ${ref.slice(0, 250)}`)
  return commit
}
