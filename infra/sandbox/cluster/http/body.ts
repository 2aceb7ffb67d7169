import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { parse as parseYaml } from 'yaml'
import { isObject, type Json } from '../json.ts'
import { decodeProtobuf } from './protobuf.ts'
import { badRequest, StatusError, unsupportedMedia } from './status.ts'

const limit = 3 * 1024 * 1024
const deepest = 512

const tooLarge = () => new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)

/** The whole body. What is beyond the limit is still taken off the wire, so that the sender reads the refusal. */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else reject(tooLarge())
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('close', () => {
      if (!request.complete) reject(badRequest('the body ended before it was complete'))
    })
  })
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await collect(request)
  if (request.headers['content-encoding'] !== 'gzip') return body
  try {
    return gunzipSync(body, { maxOutputLength: limit })
  } catch {
    // Either no gzip at all or one that unpacks beyond the limit: both are the sender's fault.
    throw tooLarge()
  }
}

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? ''

export function parseBody(body: Buffer, type: string): Json | undefined {
  if (body.length === 0) return undefined
  if (type === 'application/vnd.kubernetes.protobuf') return checked(decodeProtobuf(body))
  const source = body.toString('utf8')
  if (type.endsWith('yaml')) return checked(yaml(source))
  if (!type.endsWith('json')) throw unsupportedMedia(['application/json', 'application/yaml'])
  try {
    return checked(JSON.parse(source))
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw badRequest(
      `the object provided is unrecognized: couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : 'bad JSON'}`,
    )
  }
}

function yaml(source: string): Json {
  try {
    return source.trimStart().startsWith('{')
      ? JSON.parse(source)
      : parseYaml(source, { maxAliasCount: 100, schema: 'core' })
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : 'bad YAML'}`)
  }
}

/** Depth is bounded before anything walks the value; a `__proto__` key could not be carried faithfully. */
function checked(root: Json): Json {
  const open: [Json | undefined, number][] = [[root, 0]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next
    if (depth > deepest) throw badRequest('exceeded max depth')
    if (Array.isArray(value)) for (const item of value) open.push([item, depth + 1])
    else if (isObject(value)) {
      if (Object.hasOwn(value, '__proto__')) throw badRequest('the sandbox does not take "__proto__" as a field name')
      for (const item of Object.values(value)) open.push([item, depth + 1])
    }
  }
  return root
}
