import { describe, expect, it } from 'vitest'
import { ProblemError, unreachable } from '#components/queries/wire/problem-error.ts'
import { UploadView } from '#server/contracts/uploads.ts'
import { sendParts } from './send-parts.ts'

const upload = (received: number[]) =>
  UploadView.parse({
    id: '5f0c7a3e-9f0e-4c55-9b43-2f8f4f6f7a10',
    team: 'ml',
    model: 'iris',
    state: 'receiving',
    fileName: 'model.onnx',
    sizeBytes: 95,
    fingerprint: null,
    partBytes: 10,
    partCount: 10,
    received,
    notes: '',
    version: null,
    refusal: null,
    startedBy: null,
    expiresAt: '2026-11-22T00:00:00.000Z',
  })
const file = new Blob([Uint8Array.from({ length: 95 }, (_, place) => place)])
const { signal } = new AbortController()
const refusal = (status: number, code: string) =>
  new ProblemError({ ...unreachable(), status, code, detail: 'Refused', remedy: 'Do otherwise' })

describe('the parts of a file', () => {
  it('are sent once each, without those that are there, a few at once', async () => {
    const sent: [number, number][] = []
    let [running, most, progress] = [0, 0, 0]
    const send = async (part: number, piece: Blob, onProgress: (share: number) => void) => {
      running += 1
      most = Math.max(most, running)
      onProgress(0.5)
      await Promise.resolve()
      sent.push([part, new Uint8Array(await piece.arrayBuffer())[0] ?? -1])
      running -= 1
    }
    const onProgress = (bytes: number) => {
      progress = bytes
    }
    await sendParts({ upload: upload([2, 5]), file, send, onProgress, signal })
    const wanted = [1, 3, 4, 6, 7, 8, 9, 10].map((part) => [part, (part - 1) * 10])
    expect(sent.toSorted(([a], [b]) => a - b)).toEqual(wanted)
    expect(most).toBe(3)
    expect(progress).toBe(95)
  })

  it('are sent again while the portal cannot be reached or is busy', async () => {
    const faults = [
      unreachable,
      () => refusal(503, 'internal').problem,
      () => refusal(400, 'malformed_request').problem,
    ]
    let tries = 0
    const send = async (part: number) => {
      if (part === 4) {
        const fault = faults[tries]
        tries += 1
        if (fault) throw new ProblemError(fault())
      }
    }
    await sendParts({ upload: upload([]), file, send, onProgress: () => {}, signal, pauses: [1, 1, 1] })
    expect(tries).toBe(4)
  })

  it('are not sent again when they are refused for good, or after the last try', async () => {
    let tries = 0
    const sendWith = (error: Error) =>
      sendParts({
        upload: upload([1, 2, 3, 4, 5, 6, 7, 8, 9]),
        file,
        send: async () => {
          tries += 1
          throw error
        },
        onProgress: () => {},
        signal,
        pauses: [1, 1],
      })
    await expect(sendWith(refusal(409, 'wrong_state'))).rejects.toThrow('Refused')
    expect(tries).toBe(1)
    await expect(sendWith(new ProblemError(unreachable()))).rejects.toThrow('could not be reached')
    expect(tries).toBe(4)
  })

  it('stop when somebody pauses', async () => {
    const pausing = new AbortController()
    let sent = 0
    const send = async () => {
      sent += 1
      if (sent === 4) pausing.abort()
    }
    const sending = sendParts({ upload: upload([]), file, send, onProgress: () => {}, signal: pausing.signal })
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(sent).toBeLessThan(8)
  })
})
