import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Starts listening before the handler exists, because a server's own address is part of what it answers. */
export async function listen(host: string, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  return { server, url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(address)}` }
}

const portOf = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}

export function handleWith(server: Server, handler: RequestListener): void {
  server.on('request', handler)
}

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Connections become idle one by one, as their last answers go out.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const force = setTimeout(() => server.closeAllConnections(), 2000)
  await closed
  clearInterval(idle)
  clearTimeout(force)
}

/** Prints the ready line for whoever started the process, and stops gracefully when asked to. */
export function announce(ready: Record<string, unknown>, stop: () => Promise<void>): void {
  let stopping = false
  const end = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), 4500).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`)
}
