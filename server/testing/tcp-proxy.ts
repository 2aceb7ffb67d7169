/** Stands between the portal and a server, so that a test can pull the plug and put it back. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export type TcpProxy = { url: string; cut(): Promise<void>; mend(): Promise<void> }

/** The same URL by way of the proxy. Cut, it refuses connections and drops those there are. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let ownPort = 0

  async function mend(): Promise<void> {
    const made = createServer((socket) => {
      const upstream = connect(Number(port), hostname)
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        sockets.add(from)
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
        from.on('error', () => to.destroy())
        from.pipe(to)
      }
    })
    made.listen(ownPort, '127.0.0.1')
    await once(made, 'listening')
    const address = made.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
    ownPort = address.port
    server = made
  }

  async function cut(): Promise<void> {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (closing) {
      closing.close()
      await once(closing, 'close')
    }
  }

  await mend()
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(ownPort)
  return { url: url.href, cut, mend }
}
