import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './api/app.ts'
import { identify } from './api/credentials.ts'
import { Problem } from './api/problems.ts'
import { mayPush } from './api/repositories/protected.ts'
import { may } from './api/routes.ts'
import { branchRef } from './git/names.ts'
import { gitRequest, serveGit } from './git/smart-http.ts'
import type { Host } from './host.ts'
import { followRefs } from './pulls/follow.ts'

const address = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/

/** Clone, fetch and push. Tells whether the request was one of git's. */
export function createGitDoor(host: Host, app: App) {
  return async (request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams) => {
    const [, owner = '', name = '', rest = ''] = address.exec(path) ?? []
    const wanted = gitRequest(request, rest, query)
    if (!wanted) return false
    const refuse = (status: number, text: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`)
      return true
    }
    const challenge = { 'www-authenticate': 'Basic realm="GitHub"' }

    const caller = await identify(host, app, request.headers.authorization).catch((error: unknown) => error)
    if (caller instanceof Problem) return refuse(401, 'Invalid username or token.', challenge)
    if (!isCaller(caller)) throw caller
    const { actor } = caller
    const repository = host.findRepository(owner, name)
    if (!actor && (!repository || repository.private || wanted.service === 'git-receive-pack')) {
      return refuse(401, 'Authentication required.', challenge)
    }
    if (!repository) return refuse(404, 'Repository not found.')
    const pushes = wanted.service === 'git-receive-pack'
    if (pushes && !may(actor, 'write')) return refuse(403, 'Permission to push denied.')

    const branches = Object.keys(repository.protections).filter((branch) => !mayPush(repository, branch, actor))
    const session = { ...wanted, directory: host.directory(repository), protectedRefs: branches.map(branchRef) }
    await serveGit(request, response, session)
    // The client learns that its push is done only after pull requests have followed it.
    if (pushes && !wanted.advertise && actor) await followRefs(host, repository, actor)
    response.end()
    return true
  }
}

const isCaller = (value: unknown): value is Awaited<ReturnType<typeof identify>> =>
  typeof value === 'object' && value !== null && 'isApp' in value
