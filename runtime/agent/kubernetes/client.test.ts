import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { kubernetesClient, loadKubeConfig } from './client.ts'

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = Object(server.address()) satisfies AddressInfo
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
  const kubeconfig = join(folder, 'config')
  const config = {
    clusters: [{ name: 'it', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'it', user: { token: 'a' } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    'current-context': 'it',
  }
  await writeFile(kubeconfig, stringify(config))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { client: kubernetesClient(() => loadKubeConfig(kubeconfig, undefined)), connections: () => connections }
}

it('asks again and again over one connection', async () => {
  const { client, connections } = await serve((_, response) => response.end('{"ok":true}'))
  for (let round = 0; round < 5; round += 1) expect(await client.get('/api')).toEqual({ ok: true })
  await client.apply('/api/x', 'me', { kind: 'X' })
  expect(connections()).toBe(1)
})

it('sends once more what met a connection that the server had just closed', async () => {
  let requests = 0
  const { client, connections } = await serve((request, response) => {
    requests += 1
    if (requests === 2) request.socket.destroy()
    else response.end('{"ok":true}')
  })
  await client.get('/api')
  expect(await client.get('/api')).toEqual({ ok: true })
  expect(connections()).toBe(2)
})

it('does not ask a server again that closes every new connection', async () => {
  let requests = 0
  const { client } = await serve((request) => {
    requests += 1
    request.socket.destroy()
  })
  await expect(client.get('/api')).rejects.toThrow()
  expect(requests).toBe(1)
})
