import { createServer, type Server } from 'node:http'

export type Health = {
  /** Nothing when ready, else what is missing. */
  notReady: () => string | undefined
  metrics: () => string
}

export const startHealthServer = async (host: string, port: number, health: Health): Promise<Server> => {
  const server = createServer((request, response) => {
    const send = (code: number, body: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(code, { 'content-type': type }).end(body)
    if (request.url === '/healthz') return send(200, 'ok\n')
    if (request.url === '/metrics') return send(200, health.metrics(), 'text/plain; version=0.0.4; charset=utf-8')
    if (request.url !== '/readyz') return send(404, 'There are /healthz, /readyz and /metrics here.\n')
    const missing = health.notReady()
    return missing === undefined ? send(200, 'ok\n') : send(503, `${missing}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}
