import { type Html, html } from '#sandbox/process/html.ts'
import { notFound } from '../api/problems.ts'
import { commitAt } from '../api/repositories/lookup.ts'
import { changedFiles, mergeBase } from '../git/compare.ts'
import { isTreePath } from '../git/names.ts'
import {
  type Commit,
  findEntry,
  listCommits,
  readBlob,
  readTree,
  resolveCommit,
  type TreeEntry,
} from '../git/objects.ts'
import type { Host } from '../host.ts'
import type { Account, Repository } from '../store/records.ts'
import { filesDiff } from './diff.ts'
import { encodePath, link, repositoryHead } from './layout.ts'

const shownBytes = 500_000

/** A ref may contain slashes, so the longest beginning that is a ref wins: `feature/a/README.md`. */
export async function refAndPath(host: Host, repository: Repository, rest: string) {
  const parts = rest.split('/')
  for (let length = parts.length; length > 0; length -= 1) {
    const ref = parts.slice(0, length).join('/')
    const sha = await resolveCommit(host.directory(repository), ref)
    if (!sha) continue
    const path = parts.slice(length).join('/')
    if (path !== '' && !isTreePath(path)) throw notFound()
    return { ref, sha, path }
  }
  throw notFound()
}

export async function entryAt(host: Host, repository: Repository, sha: string, path: string): Promise<TreeEntry> {
  const entry = await findEntry(host.directory(repository), sha, path)
  if (!entry) throw notFound()
  return entry
}

export async function treePage(host: Host, repository: Repository, rest: string): Promise<Html> {
  const head = html`${repositoryHead(host, repository)}<h1>${rest === '' ? repository.name : rest}</h1>
<p>Clone with <code>git clone ${host.url}/${host.fullName(repository)}.git</code></p>`
  const start = rest === '' ? repository.defaultBranch : rest
  if (rest === '' && !(await resolveCommit(host.directory(repository), start))) {
    return html`${head}<p>This repository is empty. Push a first commit.</p>`
  }
  const { ref, sha, path } = await refAndPath(host, repository, start)
  const entry = path === '' ? undefined : await entryAt(host, repository, sha, path)
  if (entry && entry.type !== 'tree') throw notFound()
  const entries = await readTree(host.directory(repository), entry?.sha ?? sha)
  const below = path === '' ? '' : `${encodePath(path)}/`
  const name = host.fullName(repository)
  return html`${head}<div class="box"><ul class="rows">${entries.map((entry) => {
    const kind = entry.type === 'tree' ? 'tree' : 'blob'
    const target = `/${name}/${kind}/${encodePath(ref)}/${below}${encodePath(entry.path)}`
    return html`<li>${entry.type === 'commit' ? entry.path : link(target, entry.type === 'tree' ? `${entry.path}/` : entry.path)}<span class="dim">${entry.size === undefined ? '' : `${entry.size} bytes`}</span></li>`
  })}</ul></div>`
}

export async function filePage(host: Host, repository: Repository, rest: string): Promise<Html> {
  const { ref, sha, path } = await refAndPath(host, repository, rest)
  const entry = await entryAt(host, repository, sha, path)
  if (entry.type !== 'blob') throw notFound()
  const raw = `/${host.fullName(repository)}/raw/${encodePath(ref)}/${encodePath(path)}`
  const content = (entry.size ?? 0) <= shownBytes ? await readBlob(host.directory(repository), entry.sha) : undefined
  const text = content && !content.includes(0) ? content.toString('utf8') : undefined
  return html`${repositoryHead(host, repository)}<h1><code>${path}</code></h1>
<p>${entry.size ?? 0} bytes at ${ref}. ${link(raw, 'Raw')}</p>
<div class="box">${
    text === undefined
      ? html`<p class="inner">This file is not text, or too large to show.</p>`
      : html`<pre class="file">${text.split('\n').map((line) => html`<span>${line}</span>`)}</pre>`
  }</div>`
}

const commitRow = (host: Host, repository: Repository, commit: Commit): Html =>
  html`<li>${link(`/${host.fullName(repository)}/commit/${commit.sha}`, commit.sha.slice(0, 7))}<span>${commit.message.split('\n')[0]}</span><span class="dim">${commit.author.name}, ${commit.author.date}</span></li>`

export async function commitsPage(host: Host, repository: Repository, ref: string): Promise<Html> {
  const start = await commitAt(host, repository, ref === '' ? repository.defaultBranch : ref)
  const commits = await listCommits(host.directory(repository), ['-100', start.sha])
  return html`${repositoryHead(host, repository)}<h1>Commits</h1><div class="box"><ul class="rows">${commits.map((commit) => commitRow(host, repository, commit))}</ul></div>`
}

export async function commitPage(host: Host, repository: Repository, ref: string): Promise<Html> {
  const commit = await commitAt(host, repository, ref)
  const files = await changedFiles(host.directory(repository), commit.parents[0], commit.sha)
  const [title = '', ...more] = commit.message.split('\n')
  return html`${repositoryHead(host, repository)}<h1>${title}</h1>
<p>${commit.author.name}, ${commit.author.date}. Commit <code>${commit.sha}</code></p>
<pre class="prose">${more.join('\n').trim()}</pre>${filesDiff(files)}`
}

export async function comparePage(host: Host, repository: Repository, basehead: string): Promise<Html> {
  const [base = '', head = ''] = basehead.split('...')
  const [left, right] = [await commitAt(host, repository, base), await commitAt(host, repository, head)]
  const start = await mergeBase(host.directory(repository), left.sha, right.sha)
  const files = await changedFiles(host.directory(repository), start, right.sha)
  return html`${repositoryHead(host, repository)}<h1>${base} … ${head}</h1>${filesDiff(files)}`
}

export function repositoriesPage(host: Host, actor: Account | undefined, owner?: string): Html {
  const shown = host.store.repositories.filter((repository) => {
    const mine = owner === undefined || host.account(repository.ownerId).login.toLowerCase() === owner.toLowerCase()
    return mine && (!repository.private || actor !== undefined)
  })
  if (owner !== undefined && shown.length === 0 && !host.findAccount(owner)) throw notFound()
  return html`<h1>${owner ?? 'Repositories'}</h1><div class="box"><ul class="rows">${shown.map(
    (repository) =>
      html`<li>${link(`/${host.fullName(repository)}`, host.fullName(repository))}<span class="dim">${repository.description ?? ''}</span></li>`,
  )}</ul></div>`
}
