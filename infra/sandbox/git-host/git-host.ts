import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { closeServer, handleWith, listen } from '#sandbox/process/local-process.ts'
import { createApi, replyForFault, sendReply } from './api/api.ts'
import { appId, installationId, openApp } from './api/app.ts'
import { createFaultBox } from './api/faults.ts'
import { createRateLimit } from './api/rate-limit.ts'
import { addHook } from './api/repositories/hooks.ts'
import { grantToken } from './api/sandbox.ts'
import { clearLeftovers, createBareRepository, listRefs } from './git/repository.ts'
import { createGitDoor } from './git-door.ts'
import { createHost, ensureAccount, type Host } from './host.ts'
import { followRefs } from './pulls/follow.ts'
import { seedRepository } from './seed-folder.ts'
import type { Account } from './store/records.ts'
import { createOAuth, type OAuthClient } from './web/oauth.ts'
import { createWeb } from './web/web.ts'
import { createDeliveries } from './webhooks/deliveries.ts'

export type GitHostOptions = {
  host?: string
  port?: number
  state: string
  adminToken: string
  webhook?: { url: string; secret: string }
  /** A folder that becomes the first commit of `platform/gitops`, with the status checks its main branch requires. */
  seed?: { folder: string; requiredStatuses: string[] }
  /** The application by which the portal links accounts. */
  oauth?: OAuthClient
  /** People who can sign in to the pages, with write access and their password. */
  people?: readonly { login: string; name: string; email: string; password: string }[]
  rateLimit?: number
}

/**
 * A GitHub-compatible host over bare repositories. `git/` asks git itself, `store/` keeps what git does not know,
 * `pulls/` holds the rules of pull requests, `api/` is REST (its JSON in `views/`), `git-door.ts` is clone and push,
 * `webhooks/` tells others, `web/` shows pages. Whatever moves a ref ends in `pulls/follow.ts`, which lets pull
 * requests and webhooks know.
 */
export async function startGitHost(options: GitHostOptions) {
  const { server, url } = await listen(options.host ?? '127.0.0.1', options.port ?? 0)
  const host = createHost(options.state, url)
  const faults = createFaultBox()
  const deliveries = createDeliveries(host, faults)
  host.emit = deliveries.emit
  host.reach = faults.reach
  host.webhook = options.webhook
  const app = openApp(host, options.state)
  const rateLimit = createRateLimit(options.rateLimit ?? 60_000)
  const api = createApi({ host, app, faults, rateLimit, deliveries, oauth: options.oauth })
  const git = createGitDoor(host, app)
  const web = createWeb(host, createOAuth(host, options.oauth))

  const admin = grantToken(
    host,
    ensureAccount(host, { login: 'modelyard-bot', permission: 'admin' }),
    options.adminToken,
  )
  for (const { password, ...person } of options.people ?? []) {
    host.store.accounts.put({ ...ensureAccount(host, person), password })
  }
  if (options.seed) await seedRepository(host, admin, options.seed)
  await catchUp(host, admin)
  deliveries.resume()

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const apiPath = apiPathOf(pathname)
    const present = apiPath?.startsWith('/sandbox/') ? [] : faults.take(`${request.method} ${pathname}`)
    for (const fault of present) {
      if (fault.kind === 'delay') await wait(fault.milliseconds)
      if (fault.kind === 'drop') return void response.destroy()
      const reply = replyForFault(fault)
      if (reply) return sendReply(request, response, reply)
    }
    // The work gets a connection that nobody listens to any more.
    if (present.some((fault) => fault.kind === 'drop-answer')) response.end = () => response.destroy()
    if (apiPath !== undefined) return api(request, response, apiPath, searchParams)
    if (await git(request, response, pathname, searchParams)) return
    await web(request, response, pathname, searchParams)
  }
  handleWith(server, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error)
      if (response.headersSent) return response.destroy()
      sendReply(request, response, { status: 500, body: { message: 'Server error. The log says more.' } })
    })
  })
  return {
    url,
    apiUrl: host.apiUrl,
    app: { appId, installationId, privateKeyPath: app.keyPath },
    close: async () => {
      await closeServer(server)
      await deliveries.close()
    },
  }
}

/** GitHub Enterprise's prefix, or for short none, as on api.github.com. */
const apiPathOf = (pathname: string): string | undefined => {
  if (pathname === '/api/v3' || pathname.startsWith('/api/v3/')) return pathname.slice('/api/v3'.length) || '/'
  return /^\/(repos|user|users|orgs|app|installation|rate_limit|sandbox)(\/|$)/.test(pathname) ? pathname : undefined
}

/** After a start: finish repositories and merges a kill interrupted, and make sure the portal's webhook is there. */
async function catchUp(host: Host, admin: Account): Promise<void> {
  for (const repository of host.store.repositories.filter(() => true)) {
    await createBareRepository(host.directory(repository), repository.defaultBranch)
    await clearLeftovers(host.directory(repository))
    host.knownRefs.set(repository.id, await listRefs(host.directory(repository)))
    await followRefs(host, repository, admin)
    const { webhook } = host
    if (!webhook) continue
    const present = host.store.hooks.find((hook) => hook.repositoryId === repository.id && hook.url === webhook.url)
    if (present) host.store.hooks.put({ ...present, secret: webhook.secret, active: true })
    else addHook(host, repository, { config: webhook, events: ['*'], active: true }, admin)
  }
}
