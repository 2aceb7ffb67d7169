import type { IncomingMessage } from 'node:http'

export class BodyTooLarge extends Error {}

/** The whole body. What is beyond the limit is still taken off the wire, or the sender could not read why it is refused. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) return chunks.push(chunk)
      chunks = []
      reject(new BodyTooLarge(`The body is larger than ${limit} bytes`))
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('The body ended before it was complete')))
  })
}
