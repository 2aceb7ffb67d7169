import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { branchRef, nullSha } from './git/names.ts'
import { type TreeChange, writeBlob, writeCommit, writeTree } from './git/objects.ts'
import { listRefs, moveRef } from './git/repository.ts'
import { createRepository, ensureAccount, type Host } from './host.ts'
import type { Account } from './store/records.ts'
import { now } from './store/store.ts'

type Seed = { folder: string; requiredStatuses: string[] }

/** Makes a folder the first commit of `platform/gitops`. Does nothing when that commit exists. */
export async function seedRepository(host: Host, actor: Account, { folder, requiredStatuses }: Seed) {
  const owner = ensureAccount(host, { login: 'platform', type: 'Organization', permission: 'read' })
  const protection = {
    requiredStatuses: { strict: false, contexts: requiredStatuses },
    requiredReviews: null,
    enforceAdmins: false,
  }
  const repository =
    host.findRepository(owner.login, 'gitops') ??
    (await createRepository(host, { owner, name: 'gitops', description: 'The desired state' }, { main: protection }))
  const directory = host.directory(repository)
  if ((await listRefs(directory)).has(branchRef('main'))) return repository

  const changes: TreeChange[] = []
  for (const path of await filesBelow(folder)) {
    const executable = ((await lstat(join(folder, path))).mode & 0o100) !== 0
    const sha = await writeBlob(directory, await readFile(join(folder, path)))
    changes.push({ path, mode: executable ? '100755' : '100644', sha })
  }
  const tree = await writeTree(directory, undefined, changes)
  if (!tree) throw new Error(`${folder} cannot be a Git tree`)
  const person = { name: actor.name, email: actor.email, date: now() }
  const message = 'Begin with the seeded state\n'
  const commit = await writeCommit(directory, { tree, parents: [], message, author: person, committer: person })
  await moveRef(directory, branchRef('main'), commit, nullSha)
  return repository
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
}
