/** The control API on a Unix socket; who may open the socket may do everything, so its file is for its owner alone. */

import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { ModelName, ModelSpec } from './contract.ts'
import type { Models } from './models.ts'

const MAX_BODY = 4_194_304

const reply = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    const bytes = Buffer.from(piece)
    size += bytes.length
    if (size > MAX_BODY) throw new RangeError(`the body is larger than ${MAX_BODY} bytes`)
    pieces.push(bytes)
  }
  return JSON.parse(Buffer.concat(pieces).toString('utf8'))
}

const handle = async (models: Models, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { method, url = '/' } = request
  if (method === 'GET' && url === '/health') return reply(response, 200, { ok: true })
  if (method === 'GET' && url === '/models') return reply(response, 200, { models: models.list() })
  const found = /^\/models\/([^/?]+)$/.exec(url)
  const name = ModelName.safeParse(found ? decodeURIComponent(found[1] ?? '') : undefined)
  if (!found || !name.success) return reply(response, 404, { error: `there is nothing at ${url.slice(0, 200)}` })
  if (method === 'GET') {
    const status = models.status(name.data)
    return status ? reply(response, 200, status) : reply(response, 404, { error: `there is no model "${name.data}"` })
  }
  if (method === 'DELETE') {
    models.remove(name.data)
    return reply(response, 202, { name: name.data })
  }
  if (method !== 'PUT') return reply(response, 405, { error: `${method} is not served here` })
  const spec = ModelSpec.safeParse(await readJson(request))
  if (!spec.success) return reply(response, 400, { error: z.prettifyError(spec.error) })
  reply(response, 202, models.put(name.data, spec.data))
}

export const startControlServer = async (models: Models, path: string): Promise<Server> => {
  await rm(path, { force: true }) // left by a run that was killed
  const server = createServer((request, response) => {
    handle(models, request, response).catch((error: unknown) => {
      reply(response, 400, { error: error instanceof Error ? error.message : String(error) })
    })
  })
  // From the first moment on: whoever connected before the file's mode was changed would stay connected.
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(before)
  }
  await chmod(path, 0o600)
  return server
}
