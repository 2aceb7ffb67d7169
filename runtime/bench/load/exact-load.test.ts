import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { generate } from './wrk.ts'

const BODY_BYTES = 1_000_000

it.runIf(process.platform === 'linux')(
  'asks at a rate from outside any event loop, also with large bodies',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modelyard-exact-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    let asked = 0
    const wrong: string[] = []
    const server = createServer((request, response) => {
      let length = 0
      request.on('data', (chunk: Buffer) => {
        length += chunk.length
      })
      request.on('end', () => {
        asked++
        if (length !== BODY_BYTES || request.headers['x-key'] !== 'value') wrong.push(`${length} bytes`)
        // Every third is refused, and every seventh ends its connection.
        const headers = asked % 7 === 0 ? { connection: 'close' } : {}
        response.writeHead(asked % 3 === 0 ? 503 : 200, headers).end('x'.repeat(400_000))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    const body = { headers: { 'X-Key': 'value' }, body: Buffer.alloc(BODY_BYTES, 'a') }
    const found = await generate({ url, path: '/', body, connections: 4, seconds: 1, folder, perSecond: 40 })
    expect(wrong).toEqual([])
    expect(found.requestsPerSecond).toBeGreaterThan(2)
    expect(found.errors).toBeGreaterThan(0)
    expect(found.p99).toBeGreaterThanOrEqual(found.p50)
    expect(found.p50).toBeGreaterThan(0)
  },
)
