/** Sends a file as it is, telling how far it has come. fetch cannot tell that of an upload in every browser. */
import type { z } from 'zod'
import type { Contract } from '#server/contracts/contract.ts'
import { addressOf } from './address.ts'
import { readAnswer } from './call.ts'
import { ProblemError, unreachable } from './problem-error.ts'

type Options = { onProgress: (share: number) => void; signal: AbortSignal }

export function upload<Input extends z.ZodType, Output extends z.ZodType>(
  contract: Contract<Input, Output>,
  input: z.input<Input>,
  file: Blob,
  { onProgress, signal }: Options,
): Promise<z.output<Output>> {
  const { url } = addressOf(contract, input)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(contract.method, url)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', contract.upload ?? 'application/octet-stream')
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      try {
        resolve(readAnswer(contract, request.status, request.responseText))
      } catch (error) {
        reject(error)
      }
    }
    request.onerror = () => reject(new ProblemError(unreachable()))
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
