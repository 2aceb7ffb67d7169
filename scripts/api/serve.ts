/** The API behind Node's own HTTP server: the same route functions that Next.js calls, for tools that want a port. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Method } from '../../server/contracts/contract.ts'
import { catalogue } from '../../server/http/catalogue.ts'
import { openApi } from '../../server/http/docs/openapi.ts'
import { endpoints, unknownEndpoint } from '../../server/http/endpoint.ts'

const routes = [...Map.groupBy(catalogue, ({ contract }) => contract.path)]
  .map(([path, entries]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
    open: path.split('{').length,
    methods: endpoints(...entries.map(({ contract }) => contract)),
  }))
  .sort((a, b) => a.open - b.open) // what is written out comes before what may be anything

const taken = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

export async function serveApi(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const url = `http://127.0.0.1:${address.port}`

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    const { pathname } = new URL(incoming.url ?? '/', url)
    const method = incoming.method ?? 'GET'
    if (!taken.has(method)) return void outgoing.writeHead(405, { allow: [...taken].join(', ') }).end()
    const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody ? Readable.toWeb(incoming) : null
    const init = { method, headers, body, signal: gone.signal, duplex: 'half' }
    // Node's and the DOM's declarations of a request differ in the type of its body.
    const request = new Request(`${url}${incoming.url}`, init as RequestInit)
    const response = await respond(pathname, method, request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body) await pipeline(Readable.fromWeb(response.body as NodeStream<Uint8Array>), outgoing)
    else outgoing.end()
  }

  async function respond(pathname: string, method: string, request: Request): Promise<Response> {
    if (pathname === '/api/v1/openapi.json') return Response.json(openApi(url))
    const route = routes.find(({ pattern }) => pattern.test(pathname))
    if (!route) return unknownEndpoint(request)
    const known = (Object.keys(route.methods) as Method[]).find((each) => each === method)
    return known ? route.methods[known](request) : unknownEndpoint(request)
  }

  return {
    url,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
