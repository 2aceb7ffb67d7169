import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clusterContract, followMaps, mapOf } from '../../ports/cluster.contract.ts'
import { type SandboxPart, startSandboxPart } from '../../testing/sandbox.ts'
import { configOf, strangerToken, underTest } from './testing/under-test.ts'
import { createTransport } from './wire/transport.ts'

describe('Kubernetes, by the sandbox', () => {
  let sandbox: SandboxPart
  beforeAll(async () => {
    sandbox = await startSandboxPart('cluster', { port: '0' })
    await appendFile(join(sandbox.state, 'tokens.csv'), `${strangerToken},stranger,stranger,""\n`)
  })
  afterAll(() => sandbox.stop())

  const kubeconfig = () => String(sandbox.ready.kubeconfig)
  clusterContract(() => underTest(kubeconfig(), { pageSize: 2 }))

  describe('when it fails', () => {
    const faults = async (method: 'POST' | 'DELETE', fault: object = {}) => {
      const body = method === 'POST' ? { body: JSON.stringify(fault) } : {}
      await createTransport(() => configOf(kubeconfig()), 'test').json({ method, path: '/sandbox/faults', ...body })
    }
    afterEach(() => faults('DELETE'))

    const scene = async (tuning: { watchSeconds?: number; silenceMilliseconds?: number }) => {
      const { cluster, write } = underTest(kubeconfig(), tuning)
      const namespace = `faults-${randomUUID().slice(0, 8)}`
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      const watch = followMaps(cluster, namespace)
      await watch.until((event) => event.type === 'synced')
      return { cluster, namespace, watch, write: (name: string) => write(mapOf(namespace, name, {})) }
    }

    it('notices that a watch has fallen silent, says so, and lists again', async () => {
      const { watch, write } = await scene({ silenceMilliseconds: 400 })
      await faults('POST', { effect: { kind: 'stall-watch', plural: 'configmaps' } })
      await write('unseen')
      expect(await watch.until((event) => event.type === 'problem')).toMatchObject({
        message: expect.stringContaining('fell silent'),
      })
      await watch.until((event) => event.type === 'synced' && event.items.includes('unseen'))
    })

    it('lists again without a word when the history it follows is gone', async () => {
      const { watch, write } = await scene({ watchSeconds: 1 })
      await faults('POST', { effect: { kind: 'stall-watch', plural: 'configmaps' } })
      await write('unseen')
      await faults('POST', { effect: { kind: 'expire' } })
      await watch.until((event) => event.type === 'synced' && event.items.includes('unseen'))
      expect(watch.events.some((event) => event.type === 'problem')).toBe(false)
    })

    it('goes on where it was when a watch has ended in time', async () => {
      const { watch, write } = await scene({ watchSeconds: 1 })
      const names = Array.from({ length: 30 }, (_, index) => `map-${index}`)
      for (const name of names) {
        await write(name)
        await watch.until((event) => event.type === 'changed' && event.item === name)
      }
      expect(watch.events.map((event) => (event.type === 'changed' ? event.item : event.type))).toEqual([
        'synced',
        ...names,
      ])
    })

    it('keeps trying while lists are refused, and tells what is there once they are not', async () => {
      await faults('POST', { path: '/configmaps', times: 2, effect: { kind: 'status', code: 503 } })
      const { watch } = await scene({})
      expect(watch.events.map((event) => event.type)).toEqual(['problem', 'problem', 'synced'])
    })

    it.each([
      ['a refused connection', { kind: 'drop' }, 'does not answer'],
      ['too many requests', { kind: 'status', code: 429, retryAfterSeconds: 1 }, 'a fault set by a test'],
      ['an error of the server', { kind: 'status', code: 500 }, 'a fault set by a test'],
    ])('explains %s', async (_what, effect, message) => {
      const { cluster, namespace } = await scene({})
      await faults('POST', { path: '/pods', times: 1, effect })
      const pods = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }
      await expect(cluster.list(pods, { namespace })).rejects.toMatchObject({
        code: 'integration_unavailable',
        message: expect.stringContaining(message),
      })
      expect(await cluster.list(pods, { namespace })).toEqual([])
    })
  })
})
