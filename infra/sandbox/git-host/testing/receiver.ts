import { createServer } from 'node:http'
import { readBody } from '#sandbox/process/http-body.ts'
import { closeServer } from '#sandbox/process/local-process.ts'

export type Received = { event: string; id: string; signature: string; body: string; payload: Record<string, unknown> }

/** A webhook receiver that can be waited on: `next(n)` resolves when n deliveries have come. */
export async function startReceiver(answer: () => number = () => 200) {
  const received: Received[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer(async (request, response) => {
    const body = (await readBody(request, 10_000_000)).toString('utf8')
    received.push({
      event: String(request.headers['x-github-event']),
      id: String(request.headers['x-github-delivery']),
      signature: String(request.headers['x-hub-signature-256']),
      body,
      payload: JSON.parse(body),
    })
    response.writeHead(answer()).end()
    for (const { count, resolve } of waiting) if (received.length >= count) resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port')
  return {
    url: `http://127.0.0.1:${address.port}/webhooks`,
    received,
    next: (count: number) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            waiting.push({ count, resolve })
          }),
    close: async () => {
      server.closeAllConnections()
      await closeServer(server)
    },
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>
