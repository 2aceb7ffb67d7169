/** Answers that are made piece by piece. */
import type { Readable } from 'node:stream'

/**
 * Text that is made piece by piece, at the pace of the client that reads it. The first piece is made before the answer
 * begins, so that a failure still becomes a proper error.
 */
export async function streamOf(pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<string>> = Promise.resolve(await pieces.next())
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await next
      if (done) return controller.close()
      if (value) controller.enqueue(encoder.encode(value))
      next = pieces.next()
      next.catch(() => undefined) // told to whoever pulls next
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/** Bytes as they come from a store. */
export function bytesOf(source: Readable): ReadableStream<Uint8Array> {
  const pieces = source.iterator()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => void source.destroy(),
  })
}
