import { type Commit, readCommit, resolveCommit } from '../../git/objects.ts'
import type { Host } from '../../host.ts'
import type { Repository } from '../../store/records.ts'
import { Problem } from '../problems.ts'

export async function commitAt(host: Host, repository: Repository, ref: string): Promise<Commit> {
  const directory = host.directory(repository)
  const sha = await resolveCommit(directory, ref)
  const commit = sha && (await readCommit(directory, sha))
  if (!commit) throw new Problem(404, `No commit found for the ref ${ref.slice(0, 250)}`)
  return commit
}
