import type { IncomingMessage, ServerResponse } from 'node:http'
import type { html } from '#sandbox/process/html.ts'
import { messageCard } from '#sandbox/process/page.ts'
import { notFound, Problem } from '../api/problems.ts'
import { addComment, submitReview } from '../api/repositories/reviews.ts'
import { may } from '../api/routes.ts'
import { readBlob } from '../git/objects.ts'
import type { Host } from '../host.ts'
import { pullFiles } from '../pulls/details.ts'
import { closePull } from '../pulls/follow.ts'
import { mergePull } from '../pulls/merge.ts'
import type { Account, Pull, Repository } from '../store/records.ts'
import { readForm } from './form.ts'
import { page, pages, redirect } from './layout.ts'
import type { OAuth } from './oauth.ts'
import { pullPage, pullsPage } from './pull-pages.ts'
import {
  commitPage,
  commitsPage,
  comparePage,
  entryAt,
  filePage,
  refAndPath,
  repositoriesPage,
  treePage,
} from './repository-pages.ts'
import { isProof, sessionOf } from './session.ts'
import { handleSignIn } from './sign-in.ts'

/** The plain pages behind every `html_url`, for people and for links from the portal. */
export function createWeb(host: Host, oauth: OAuth) {
  return async (request: IncomingMessage, response: ServerResponse, pathname: string, query: URLSearchParams) => {
    const actor = sessionOf(host, request)
    try {
      const form = await readForm(request)
      if (handleSignIn({ host, oauth, request, response, pathname, query, form, actor })) return
      const path = decodeURIComponent(pathname)
      if (path.includes('\0')) throw notFound()
      if (request.method === 'POST') return await act(host, response, path, form, actor)
      if (path === '/favicon.ico') return void response.writeHead(204).end()
      if (path.startsWith('/avatars/')) return sendAvatar(response)
      await show(host, response, path, actor)
    } catch (error) {
      const problem = error instanceof URIError ? notFound() : error
      if (!(problem instanceof Problem)) throw error
      const text = problem.status === 404 ? 'There is nothing at this address, or it is not for you.' : problem.message
      pages.send(response, problem.status, pages.render('Not available', messageCard('Not available', text)))
    }
  }
}

async function show(host: Host, response: ServerResponse, path: string, actor: Account | undefined): Promise<void> {
  const send = (title: string, body: ReturnType<typeof html>) =>
    pages.send(response, 200, page(host, title, actor, body))
  const [, owner = '', name = '', kind = '', rest = ''] =
    /^\/([^/]*)(?:\/([^/]+))?(?:\/([^/]+))?(?:\/(.*))?$/s.exec(path) ?? []
  if (owner === '') return send('Repositories', repositoriesPage(host, actor))
  if (name === '') return send(owner, repositoriesPage(host, actor, owner))
  const repository = visible(host, owner, name, actor)
  const title = `${host.fullName(repository)}`
  if (kind === '') return send(title, await treePage(host, repository, ''))
  if (kind === 'tree') return send(title, await treePage(host, repository, rest))
  if (kind === 'blob') return send(rest, await filePage(host, repository, rest))
  if (kind === 'raw') return sendRaw(host, response, repository, rest)
  if (kind === 'commits') return send(`Commits · ${title}`, await commitsPage(host, repository, rest))
  if (kind === 'commit') return send(`Commit · ${title}`, await commitPage(host, repository, rest))
  if (kind === 'compare') return send(`Compare · ${title}`, await comparePage(host, repository, rest))
  if (kind === 'pulls') return send(`Pull requests · ${title}`, pullsPage(host, repository))
  const [, wanted, plain] = (kind === 'pull' && /^(\d{1,9})(\.diff|\.patch)?(?:\/(?:files|commits))?$/.exec(rest)) || []
  const pull = pullNumbered(host, repository, Number(wanted))
  if (plain) return sendDiff(host, response, repository, pull)
  send(`${pull.title} · #${pull.number}`, await pullPage(host, repository, pull, { actor }))
}

function visible(host: Host, owner: string, name: string, actor: Account | undefined): Repository {
  const repository = host.findRepository(owner, name)
  if (!repository || (repository.private && !actor)) throw notFound()
  return repository
}

function pullNumbered(host: Host, repository: Repository, wanted: number): Pull {
  const pull = host.store.pulls.find((each) => each.repositoryId === repository.id && each.number === wanted)
  if (!pull) throw notFound()
  return pull
}

/** A button of the pull request page. What is refused is said on the page itself. */
async function act(
  host: Host,
  response: ServerResponse,
  path: string,
  form: URLSearchParams,
  actor: Account | undefined,
) {
  const [, owner = '', name = '', wanted] = /^\/([^/]+)\/([^/]+)\/pull\/(\d{1,9})$/.exec(path) ?? []
  const repository = visible(host, owner, name, actor)
  const pull = pullNumbered(host, repository, Number(wanted))
  if (!actor || !isProof(host, actor, form.get('proof'))) {
    throw new Problem(403, 'This form is not valid any more. Go back, sign in and try again.')
  }
  try {
    await decide(host, repository, pull, form, actor)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const problem =
      error.errors?.map((each) => (typeof each === 'string' ? each : each.message)).join(' ') || error.message
    const current = host.store.pulls.get(pull.id) ?? pull
    const body = await pullPage(host, repository, current, { actor, problem })
    return pages.send(response, error.status, page(host, pull.title, actor, body))
  }
  redirect(response, path)
}

async function decide(host: Host, repository: Repository, pull: Pull, form: URLSearchParams, actor: Account) {
  const [action, sha, body] = [form.get('action'), form.get('sha') ?? pull.headSha, form.get('body') ?? '']
  if (action === 'approve')
    return submitReview(host, repository, pull, { event: 'APPROVE', body, commit_id: sha }, actor)
  if (action === 'request-changes') {
    return submitReview(host, repository, pull, { event: 'REQUEST_CHANGES', body, commit_id: sha }, actor)
  }
  if (action === 'comment') {
    if (body.trim() === '') throw new Problem(422, 'The comment is empty. Write something first.')
    return addComment(host, repository, pull, body, actor)
  }
  if (!may(actor, 'write')) throw new Problem(403, 'Write access is needed.')
  if (action === 'merge') return mergePull(host, repository, pull.number, { sha, method: 'merge' }, actor)
  if (action === 'close') {
    return host.exclusively(repository, async () => {
      const current = host.store.pulls.get(pull.id)
      if (current?.state === 'open') await closePull(host, repository, current, actor)
    })
  }
  throw new Problem(422, 'This page has no such button.')
}

async function sendRaw(host: Host, response: ServerResponse, repository: Repository, rest: string): Promise<void> {
  const { sha, path } = await refAndPath(host, repository, rest)
  const entry = await entryAt(host, repository, sha, path)
  if (entry.type !== 'blob') throw notFound()
  sendText(response, await readBlob(host.directory(repository), entry.sha))
}

async function sendDiff(host: Host, response: ServerResponse, repository: Repository, pull: Pull): Promise<void> {
  const files = await pullFiles(host, repository, pull)
  const parts = files.map((file) => {
    const before = file.status === 'added' ? '/dev/null' : `a/${file.previousPath ?? file.path}`
    return `--- ${before}\n+++ ${file.status === 'removed' ? '/dev/null' : `b/${file.path}`}\n${file.patch ?? ''}\n`
  })
  sendText(response, parts.join(''))
}

function sendText(response: ServerResponse, content: Buffer | string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  response.writeHead(200, { ...headers, 'content-security-policy': "default-src 'none'; sandbox" }).end(content)
}

function sendAvatar(response: ServerResponse): void {
  const circle =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#0f766e"/></svg>'
  response
    .writeHead(200, { 'content-type': 'image/svg+xml', 'content-security-policy': "default-src 'none'" })
    .end(circle)
}
