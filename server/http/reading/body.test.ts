import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setInterval as ticks } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalError } from '../../errors.ts'
import { problemResponse } from '../answering/problem.ts'
import { readBytes, uploadOf } from './body.ts'

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

describe('a JSON body over a socket', () => {
  const limit = 100_000
  const told: string[] = []
  const crashes: unknown[] = []
  const onCrash = (error: unknown) => crashes.push(error)
  // As Next.js makes a request of what Node brings.
  const server = createServer(async (incoming, response) => {
    const headers = new Headers({ 'content-length': incoming.headers['content-length'] ?? '' })
    if (!incoming.headers['content-length']) headers.delete('content-length')
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: Object(incoming), duplex: 'half' }
    const request = new Request('https://portal.example/api/v1/teams', init)
    const answer = await readBytes(request, limit, { silent: 300, whole: 600 }).then(
      (bytes) => new Response(String(bytes.length)),
      (error: unknown) => {
        told.push(error instanceof PortalError ? error.message : `not foreseen: ${String(error)}`)
        if (error instanceof PortalError) return problemResponse(error, 'a-request-id')
        return new Response(null, { status: 500 })
      },
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })

  beforeEach(async () => {
    told.length = 0
    crashes.length = 0
    process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash)
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  /** Sends what is given, without its end; what comes back is collected. */
  function client(pieces: readonly string[], headers: string) {
    const place = server.address()
    const socket = connect(typeof place === 'object' && place ? place.port : 0, '127.0.0.1')
    let heard = ''
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      heard += text
    })
    socket.on('error', () => undefined) // what is sent after the answer may meet a closed door
    socket.write(`POST / HTTP/1.1\r\nHost: portal\r\n${headers}\r\n\r\n`)
    for (const piece of pieces) socket.write(piece)
    return { socket, heard: () => heard }
  }
  const chunk = (size: number) => `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n`
  const chunked = 'Transfer-Encoding: chunked'

  it('is read to its end, and the connection goes on', async () => {
    const { socket, heard } = client([chunk(10), chunk(5), '0\r\n\r\n'], chunked)
    await expect.poll(heard).toMatch(/^HTTP\/1.1 200[\s\S]*\r\n15\r\n/)
    socket.write(`POST / HTTP/1.1\r\nHost: portal\r\nContent-Length: 3\r\n\r\nabc`)
    await expect.poll(heard).toMatch(/\r\n3\r\n/)
    socket.destroy()
  })

  it('that is too large is refused in words, though more of it is still coming', async () => {
    const { socket, heard } = client(
      Array.from({ length: 40 }, () => chunk(10_000)),
      chunked,
    )
    await expect.poll(heard).toMatch(/^HTTP\/1.1 413[\s\S]*connection: close[\s\S]*payload_too_large/)
    await expect.poll(() => socket.closed).toBe(true)
    expect(crashes).toEqual([])
  })

  it.each([
    ['with its length said', 'Content-Length: 1000', ['a'.repeat(100)]],
    ['in chunks', chunked, [chunk(100)]],
  ])('whose client goes away half-way is foreseen, %s', async (_, headers, pieces) => {
    const { socket } = client(pieces, headers)
    await new Promise((resolve) => server.once('request', resolve))
    socket.destroy()
    await expect.poll(() => told).toEqual(['The body was cut off before its end.'])
    expect(crashes).toEqual([])
  })

  it('that stops arriving is refused while somebody is there to hear it', async () => {
    const { heard, socket } = client(['a'.repeat(10)], 'Content-Length: 1000')
    await expect.poll(heard, { timeout: 3000 }).toMatch(/^HTTP\/1.1 400[\s\S]*stopped arriving for 0.3 seconds/)
    await expect.poll(() => socket.closed).toBe(true)
    expect(crashes).toEqual([])
  })
})
