/** The GitOps repository's first commit: the folder beside this file, with the addresses of this installation filled in. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const template = join(import.meta.dirname, 'gitops')

export type Addresses = { repositoryUrl: string; clusterUrl: string }

/** What Argo CD, and our reconciler, call the cluster they run for. */
export const inCluster = 'https://kubernetes.default.svc'

export async function prepareGitOpsFolder(to: string, { repositoryUrl, clusterUrl }: Addresses): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(template, to, { recursive: true })
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replaceAll('REPOSITORY_URL', repositoryUrl).replaceAll('CLUSTER_URL', clusterUrl))
  }
}
