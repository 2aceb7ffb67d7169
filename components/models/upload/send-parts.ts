/** Sends the parts that are missing, a few at once, and each again for a while when the way to the portal is broken. */
import { ProblemError } from '#components/queries/wire/problem-error.ts'
import type { UploadView } from '#server/contracts/uploads.ts'

export type Sending = {
  upload: UploadView
  file: Blob
  /** Sends one part and tells how much of it has gone. */
  send: (part: number, piece: Blob, onProgress: (share: number) => void) => Promise<unknown>
  onProgress: (sentBytes: number) => void
  signal: AbortSignal
  /** Before each further try, in milliseconds. */
  pauses?: readonly number[]
}

const atOnce = 3
const usualPauses = [500, 1000, 2000, 4000, 8000, 15_000]

export async function sendParts({ upload, file, send, onProgress, signal, pauses = usualPauses }: Sending) {
  const { partBytes, partCount, received } = upload
  const sent = new Map<number, number>()
  const pieceOf = (part: number) => file.slice((part - 1) * partBytes, part * partBytes)
  const note = (part: number, bytes: number) => {
    sent.set(part, bytes)
    onProgress([...sent.values()].reduce((sum, each) => sum + each, 0))
  }
  for (const part of received) note(part, pieceOf(part).size)
  const there = new Set(received)
  const waiting = Array.from({ length: partCount }, (_, place) => place + 1)
    .filter((part) => !there.has(part))
    .values()

  let givenUp = false
  const sendNext = async () => {
    for (const part of waiting) {
      if (givenUp) return
      const piece = pieceOf(part)
      for (let tries = 0; ; tries += 1) {
        signal.throwIfAborted()
        try {
          await send(part, piece, (share) => note(part, share * piece.size))
          note(part, piece.size)
          break
        } catch (error) {
          note(part, 0)
          const pause = pauses[tries]
          if (givenUp || pause === undefined || signal.aborted || !mayPass(error)) {
            givenUp = true
            throw error
          }
          await wait(pause, signal)
        }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendNext))
}

/** The portal is away or busy, or the part came too slowly or damaged: another try may do. */
export const mayPass = (error: unknown) =>
  error instanceof ProblemError &&
  (error.problem.status === 0 ||
    error.problem.status === 429 ||
    error.problem.status >= 500 ||
    ['malformed_request', 'digest_mismatch'].includes(error.problem.code))

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  const stop = () => {
    clearTimeout(timer)
    reject(signal.reason)
  }
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', stop))
}
