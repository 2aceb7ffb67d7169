import { buffer } from 'node:stream/consumers'
import { setInterval as ticks } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { uploadOf } from './body.ts'

const sending = (body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>) => {
  const headers = { 'content-type': 'application/octet-stream' }
  const init = { method: 'PUT', headers, body, duplex: 'half' }
  return new Request('https://portal.example/parts/1', init)
}
/** A byte now and then, until nobody listens. */
const trickle = (milliseconds: number) => {
  const stopping = new AbortController()
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const { signal } = stopping
      for await (const byte of ticks(milliseconds, Uint8Array.of(1), { signal })) controller.enqueue(byte)
    },
    cancel: () => stopping.abort(),
  })
}

describe('a raw body', () => {
  it('comes through as it is', async () => {
    const bytes = new Uint8Array(1_000_000).fill(7)
    expect(await buffer(uploadOf(sending(bytes)))).toEqual(Buffer.from(bytes))
  })

  it('is refused when it stops arriving', async () => {
    const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Uint8Array.of(1)) })
    const reading = buffer(uploadOf(sending(stalled), { silent: 50, whole: 10_000 }))
    await expect(reading).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The body stopped arriving for 0.05 seconds.',
    })
  })

  it('is refused when the client goes away', async () => {
    const cut = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.of(1))
        controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
      },
    })
    await expect(buffer(uploadOf(sending(cut)))).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The body was cut off before its end.',
    })
  })

  it('is refused when it comes a byte at a time for ever', async () => {
    const reading = buffer(uploadOf(sending(trickle(5)), { silent: 5_000, whole: 100 }))
    await expect(reading).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The body did not arrive within 0.1 seconds.',
    })
  })
})
