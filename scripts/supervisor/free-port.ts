import { createServer, type Server } from 'node:net'

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const { port, release } = await reserve(0)
  await release()
  return port
}

export interface Reservation {
  port: number
  release(): Promise<void>
}

/** Holds a port by listening on it, so that nobody else takes it before its owner does. Rejects when it is in use. */
export async function reserve(port: number, host = '127.0.0.1'): Promise<Reservation> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, resolve)
  })
  server.unref()
  return { port: portOf(server), release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server is not listening on a port.')
  return address.port
}
