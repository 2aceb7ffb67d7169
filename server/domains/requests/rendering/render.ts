/** The files of a request's pull request, from what is stored of it. */
import { createHash } from 'node:crypto'
import { Environment } from '../../../contracts/names.ts'
import type { Change, FileChange, GitHost } from '../../../ports/git-host.ts'
import { paths, renderModel, renderNamespace, renderProject, toFiles, toYaml } from '../../gitops/gitops.ts'
import type { RequestRow } from '../lifecycle/store.ts'
import { desiredOf } from '../planning/desired.ts'

export async function filesFor(row: RequestRow, git: GitHost, repositoryUrl: string): Promise<FileChange[]> {
  const desired = desiredOf(row)
  const environment = Environment.parse(row.environment)
  const owner = { team: row.team.slug, environment, costCentre: row.team.costCentre, request: row.id }
  const folder = row.model
    ? paths.modelFolder(row.team.slug, environment, row.namespace, row.model)
    : paths.namespaceFolder(row.team.slug, environment, row.namespace)

  switch (desired.kind) {
    case 'nothing':
      return (await git.readTree(folder)).map(({ path }) => ({ path, content: null }))
    case 'model':
      return toFiles(folder, renderModel({ ...owner, ...desired, namespace: row.namespace, model: row.model ?? '' }))
    case 'namespace': {
      const files = toFiles(folder, renderNamespace({ ...owner, namespace: row.namespace, quota: desired.quota }))
      const projectPath = paths.projectPath(row.team.slug)
      // The team's first namespace brings the project that confines it.
      const project = await git.readFile(projectPath)
      return project
        ? files
        : [...files, { path: projectPath, content: toYaml(renderProject(row.team.slug, repositoryUrl)) }]
    }
  }
}

/** Paths of a branch that are not what the request would write; none when it holds exactly that. */
export async function strangeFiles(
  row: RequestRow,
  change: Change,
  git: GitHost,
  repositoryUrl: string,
): Promise<string[]> {
  const wanted = await filesFor(row, git, repositoryUrl)
  // Another request of the team may have merged its project meanwhile; bringing the same one again is no difference.
  const project = {
    path: paths.projectPath(row.team.slug),
    content: toYaml(renderProject(row.team.slug, repositoryUrl)),
  }
  const known = new Map([project, ...wanted].map((file) => [file.path, file.content]))
  // There are more than are listed only when most of them are not ours.
  const touched = (await git.changedFiles(change.number)).files.map((file) => file.path)
  const strange = touched.filter((path) => !known.has(path))
  const there = await blobsIn(git, [...known.keys()].map(folderOf), change.headSha)
  for (const path of new Set([...wanted.map((file) => file.path), ...touched])) {
    const content = known.get(path)
    if (content === undefined) continue
    if (there.get(path) !== (content === null ? undefined : blobNameOf(content))) strange.push(path)
  }
  return strange
}

/** Plain files of some folders by path, each with Git's name of its content; a link or an executable is neither. */
async function blobsIn(git: GitHost, folders: string[], ref: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const folder of new Set(folders)) {
    for (const { path, kind, sha } of await git.readTree(folder, ref)) found.set(path, kind === 'file' ? sha : kind)
  }
  return found
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'))

/** What Git calls a content: equal names are equal bytes, so nothing has to be fetched to compare. */
const blobNameOf = (content: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex')

export function proposalText(row: RequestRow, portalUrl: string): { title: string; body: string; message: string } {
  const draft = `${portalUrl}/requests/${row.id}`
  const quoted = row.reason
    .split('\n')
    .map((line) => `> ${escapeMarkdown(line)}`)
    .join('\n')
  return {
    title: `#${row.number} ${row.title}`,
    message: `${row.title}\n\nModelyard-Request: ${row.id}\nModelyard-Requester: ${row.requesterId}`,
    body: [
      `Asked by ${escapeMarkdown(row.requester.name)} of team ${row.team.slug}.`,
      '',
      quoted,
      '',
      `Numbers, evidence and approval: ${draft}`,
    ].join('\n'),
  }
}

/** What people write must not become markup, a mention or an expression on the host. */
export const escapeMarkdown = (text: string) =>
  text
    .replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&')
    .replaceAll('@', '@\u200b')
    .replaceAll('${{', '$\u200b{{')
