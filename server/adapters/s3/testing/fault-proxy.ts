/** Stands between the adapter and an S3 server over HTTP, and answers in its stead when a test wants trouble. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

export type Trouble =
  | { kind: 'answer'; when: RegExp; status: number; code: string }
  /** Takes the request and never answers. */
  | { kind: 'stall'; when: RegExp }
  /** Ends the connection. */
  | { kind: 'cut'; when: RegExp }

export type FaultProxy = {
  url: string
  /** Until it is null again; `when` is held against "METHOD /path?query". */
  trouble: Trouble | null
  /** How often the trouble struck. */
  struck: number
  close: () => Promise<void>
}

export async function faultProxy(target: string | undefined): Promise<FaultProxy> {
  const server = createServer((incoming, outgoing) => {
    const { trouble } = proxy
    if (trouble?.when.test(`${incoming.method} ${incoming.url}`)) {
      proxy.struck += 1
      if (trouble.kind === 'stall') return
      if (trouble.kind === 'cut') return void incoming.socket.destroy()
      return answer(incoming, outgoing, trouble)
    }
    if (target) forward(target, incoming, outgoing)
    else answer(incoming, outgoing, { status: 404, code: 'NoSuchKey' })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    trouble: null,
    struck: 0,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, code }: { status: number; code: string },
) {
  incoming.resume()
  outgoing.writeHead(status, { 'content-type': 'application/xml' })
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>As the test wants it</Message></Error>`
  outgoing.end(incoming.method === 'HEAD' ? undefined : body)
}

/** With its headers as they are: the signature covers the host's name. */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  const onward = request(new URL(incoming.url ?? '/', target), { method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.on('error', () => onward.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
