/** An API server of a few lines: answers as it is told, and remembers what it was asked. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export const status = (code: number, message: string, more: object = {}): Answer =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...more })

export function json(code: number, body: object): Answer {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

export async function startApiServer(answer: Answer) {
  const asked: string[] = []
  const held = { answer }
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    held.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { url: `http://127.0.0.1:${port}`, asked, held }
}

/** A kubeconfig with a context for each of these, all of one user name each. */
export const kubeconfigOf = (contexts: Record<string, { server: string; token?: string; tokenFile?: string }>) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': Object.keys(contexts)[0],
    clusters: Object.entries(contexts).map(([name, { server }]) => ({
      name,
      cluster: { server, 'insecure-skip-tls-verify': true },
    })),
    users: Object.entries(contexts).map(([name, { token, tokenFile }]) => ({
      name,
      user: { ...(token ? { token } : {}), ...(tokenFile ? { tokenFile } : {}) },
    })),
    contexts: Object.keys(contexts).map((name) => ({ name, context: { cluster: name, user: name } })),
  })
