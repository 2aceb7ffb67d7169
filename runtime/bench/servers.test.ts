import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { startForeign } from './servers.ts'

const foreign = (script: string, url = 'http://127.0.0.1:1') => ({
  name: 'a peer',
  command: '/bin/sh',
  args: ['-c', script],
  url,
  ready: '/ready',
  ask: () => undefined,
})

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('says why a peer did not start, at once and in its own words', async () => {
  const starting = startForeign(foreign('echo "No module named fastapi" >&2; exit 3'))
  await expect(starting).rejects.toThrow('a peer ended: No module named fastapi')
})

it('ends a peer with everything it started', async () => {
  const server = createServer((_, response) => response.end('ready'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const peer = await startForeign(foreign('sleep 600 & sleep 600', url))
  await peer.stop()
  // What has ended stays in the table of processes until whoever inherited it has looked.
  await expect.poll(() => isThere(-peer.pid), { timeout: 5000 }).toBe(false)
})
