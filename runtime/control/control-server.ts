/** The control API on a Unix socket; who may open the socket may do everything, so its file is for its owner alone. */

import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { ModelName, ModelSpec } from './contract.ts'
import type { Models } from './models.ts'

const MAX_BODY = 4_194_304

/** What the caller has got wrong; everything else is a fault of ours. */
class Unreadable extends Error {
  readonly status: 400 | 413

  constructor(status: 400 | 413, message: string) {
    super(message)
    this.status = status
  }
}

const reply = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    const bytes = Buffer.from(piece)
    size += bytes.length
    if (size > MAX_BODY) throw new Unreadable(413, `the body is larger than ${MAX_BODY} bytes`)
    pieces.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch (error) {
    throw new Unreadable(400, `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const decode = (part: string | undefined): string | undefined => {
  try {
    return part === undefined ? undefined : decodeURIComponent(part)
  } catch {
    return undefined // no model has such a name
  }
}

const handle = async (models: Models, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { method, url = '/' } = request
  if (method === 'GET' && url === '/health') return reply(response, 200, { ok: true })
  if (method === 'GET' && url === '/models') return reply(response, 200, { models: models.list() })
  const found = /^\/models\/([^/?]+)$/.exec(url)
  const name = ModelName.safeParse(decode(found?.[1]))
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

export const startControlServer = async (
  models: Models,
  path: string,
  log: (event: string, details: Record<string, unknown>) => void,
): Promise<Server> => {
  await rm(path, { force: true }) // left by a run that was killed
  const server = createServer((request, response) => {
    handle(models, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      if (error instanceof Unreadable) return reply(response, error.status, { error: message })
      log('control request failed', { method: request.method, path: request.url?.slice(0, 200), reason: message })
      reply(response, 500, { error: message })
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
