/** next-auth behind a plain HTTP server, and a browser that signs in through the sandbox's identity provider. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { NextApiRequest, NextApiResponse } from 'next'
import NextAuth, { type AuthOptions } from 'next-auth'

type Handler = (request: NextApiRequest, response: NextApiResponse) => Promise<void>

export async function serveAuth(optionsOf: (url: string) => Promise<AuthOptions>) {
  let handler: Handler | undefined
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The test server has no port')
  const url = `http://127.0.0.1:${address.port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (!pathname.startsWith('/api/auth/') || !handler) return void response.end('a page')
    const cookies = (request.headers.cookie ?? '').split('; ').map((each) => each.split(/=(.*)/s))
    const extras = {
      query: { ...Object.fromEntries(searchParams), nextauth: pathname.split('/').slice(3) },
      cookies: Object.fromEntries(cookies.map(([name, value]) => [name, decodeURIComponent(value ?? '')])),
      body: Object.fromEntries(new URLSearchParams(await text(request))),
    }
    const api = Object.assign(response, {
      status: (code: number) => Object.assign(response, { statusCode: code }),
      json: (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      send: (body: unknown) => response.end(typeof body === 'object' ? JSON.stringify(body) : String(body ?? '')),
    })
    // Next.js adds the same to Node's own request and response.
    await handler(Object.assign(request, extras) as unknown as NextApiRequest, api as unknown as NextApiResponse)
  }

  const make = async () => {
    // Outside a bundle the default export of a CommonJS package arrives one level down.
    const nextAuth = ('default' in NextAuth ? NextAuth.default : NextAuth) as (options: AuthOptions) => Handler
    handler = nextAuth(await optionsOf(url))
  }
  return {
    url,
    start: make,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function createBrowser(portal: string) {
  const jars = new Map<string, Map<string, string>>()

  async function visit(url: string, init: RequestInit = {}): Promise<Response> {
    const jar = jars.get(new URL(url).origin) ?? new Map<string, string>()
    jars.set(new URL(url).origin, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '' || /Max-Age=0/i.test(set)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  async function json(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
    return Object(await (await visit(url, init)).json())
  }

  return {
    visit,
    cookies: () => [...(jars.get(portal) ?? [])].map(([name, value]) => `${name}=${value}`).join('; '),
    /** To where the sign-in leads: the portal's own page, or its sign-in page with an error. */
    async signIn(username: string, callbackUrl = portal): Promise<URL> {
      const { csrfToken } = await json(`${portal}/api/auth/csrf`)
      const body = new URLSearchParams({ csrfToken: String(csrfToken), callbackUrl, json: 'true' })
      const { url: start } = await json(`${portal}/api/auth/signin/oidc`, { method: 'POST', body })
      let url = new URL(String(start))
      for (let hops = 0; hops < 15; hops += 1) {
        if (url.origin === portal && !url.pathname.startsWith('/api/auth/')) return url
        let response = await visit(url.href)
        if (url.pathname.startsWith('/interaction/') && response.status === 200) {
          const login = new URLSearchParams({ username, password: 'modelyard' })
          response = await visit(url.href, { method: 'POST', body: login })
        }
        const location = response.headers.get('location')
        if (!location) throw new Error(`Stuck at ${url.href} with ${response.status}`)
        url = new URL(location, url)
      }
      throw new Error('Redirected without end')
    },
  }
}
