import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { closeServer, handleWith, listen } from '#sandbox/process/local-process.ts'
import { handleAdmin } from './admin.ts'
import type { Faults } from './faults.ts'
import { openKeys } from './keys.ts'
import { createMemory } from './memory.ts'
import { openUserStore } from './people/user-store.ts'
import { demoUsers, type IdentityUser } from './people/users.ts'
import { createProvider } from './provider.ts'
import { createAttempts } from './sign-in/attempts.ts'
import { handleLogin } from './sign-in/login.ts'
import { messagePage, sendPage } from './sign-in/pages.ts'

export type IdentityOptions = {
  host?: string
  port?: number
  state: string
  issuer?: string
  clientId: string
  clientSecret: string
  redirectUris: string[]
  postLogoutRedirectUris?: string[]
  adminToken?: string
  users?: readonly IdentityUser[]
}

/** The demo's identity provider: real OpenID Connect, with people named by role and faults on request. */
export async function startIdentity(options: IdentityOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const users = openUserStore(options.state, options.users ?? demoUsers)
  const keys = await openKeys(options.state)
  const attempts = createAttempts()
  const { server, url } = await listen(options.host ?? '127.0.0.1', options.port ?? 0)
  const postLogoutRedirectUris = options.postLogoutRedirectUris ?? []
  const formTargets = [
    ...new Set([...options.redirectUris, ...postLogoutRedirectUris].map((uri) => new URL(uri).origin)),
  ]
  const memory = createMemory()
  let faults: Faults = {}

  const build = () =>
    createProvider({
      issuer: options.issuer ?? url,
      clientId: options.clientId,
      clientSecret: options.clientSecret,
      redirectUris: options.redirectUris,
      postLogoutRedirectUris,
      users,
      keys: keys.current(),
      faults: () => faults,
      formTargets,
      memory,
    })
  let provider = build()
  let answer = provider.callback()
  const admin = {
    token: options.adminToken ?? options.clientSecret,
    users,
    faults: () => faults,
    setFaults: (next: Faults) => {
      faults = next
    },
    rotate: async (dropOld: boolean) => {
      await keys.rotate(dropOld)
      provider = build()
      answer = provider.callback()
    },
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    if (path.startsWith('/sandbox/')) return handleAdmin(admin, request, response)
    if (faults.delayMilliseconds) await wait(faults.delayMilliseconds)
    if (faults.status) {
      return sendPage(
        response,
        faults.status,
        messagePage('Not available', 'The identity provider is not available.'),
        [],
      )
    }
    if (path.startsWith('/interaction/'))
      return handleLogin(provider, { users, attempts, formTargets }, request, response)
    if (path === '/favicon.ico') return void response.writeHead(204).end()
    if (path === '/') {
      const text = 'This is the demo identity provider. Open the portal to sign in.'
      return sendPage(response, 200, messagePage('Modelyard demo identity', text), [])
    }
    await answer(request, response)
  }
  handleWith(server, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error)
      if (response.headersSent) return response.destroy()
      sendPage(
        response,
        500,
        messagePage('Something failed', 'The identity provider could not answer. Its log says why.'),
        [],
      )
    })
  })
  return { url, close: () => closeServer(server) }
}
