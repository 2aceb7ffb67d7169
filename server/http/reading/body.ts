/** Reads a request's body: so much, within so long, and no more. */
import { Readable } from 'node:stream'
import { failure } from '../../errors.ts'
import { parseJson } from './json.ts'

const tooLarge = (maxBytes: number) =>
  failure('payload_too_large', `The body is larger than ${maxBytes} bytes.`, 'Send less at once.')

export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return {}
  demandType(request, 'application/json')
  return parseJson(decode(bytes))
}

/** Node ends a request after five minutes without a word: before that, we say why. */
const uploadPatience = { silent: 30_000, whole: 240_000 }
const bodyPatience = { silent: 30_000, whole: 30_000 }

/** The body as it comes, for what is too large to hold. */
export function uploadOf(request: Request, patience = uploadPatience): Readable {
  demandType(request, 'application/octet-stream')
  if (!request.body) return Readable.from([])
  return Readable.from(arriving(request.body.getReader(), patience), { objectMode: false })
}

/**
 * A body that stops coming, or comes a byte at a time, is refused while somebody is still there to hear it. What is left
 * of it is not cancelled: the server would end the connection before it has answered.
 */
async function* arriving(reader: ReadableStreamDefaultReader<Uint8Array>, { silent, whole }: typeof uploadPatience) {
  const end = performance.now() + whole
  for (;;) {
    const left = end - performance.now()
    const why = left < silent ? `did not arrive within ${whole / 1000}` : `stopped arriving for ${silent / 1000}`
    const late = failure(
      'malformed_request',
      `The body ${why} seconds.`,
      'Send it again, in one go; a large file in smaller parts.',
    )
    const { done, value } = await within(reader.read().catch(cutOff), Math.max(0, Math.min(silent, left)), late)
    if (done) return
    yield value
  }
}

const cutOff = (cause: unknown) => {
  throw failure('malformed_request', 'The body was cut off before its end.', 'Send it again.', { cause })
}

async function within<Value>(wanted: Promise<Value>, milliseconds: number, late: Error): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late), milliseconds)
  return Promise.race([wanted, promise]).finally(() => clearTimeout(timer))
}

function demandType(request: Request, wanted: string): void {
  const encoding = request.headers.get('content-encoding')
  if (encoding && encoding !== 'identity') {
    throw failure('unsupported_media_type', `A body in ${encoding} is not taken.`, 'Send it uncompressed.')
  }
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === wanted) return
  throw failure(
    'unsupported_media_type',
    type ? `A body of type ${type.slice(0, 100)} is not taken here.` : 'The body has no content type.',
    `Send it as ${wanted}.`,
  )
}

export async function readBytes(request: Request, maxBytes: number, patience = bodyPatience): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  if (!request.body) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of arriving(request.body.getReader(), patience)) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw failure('malformed_request', 'The body is not valid UTF-8.', 'Encode it as UTF-8.')
  }
}
