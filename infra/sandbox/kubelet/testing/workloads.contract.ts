/** What workloads must do: run on the sandbox's controllers and API server, and on Kubernetes' own; the node is ours on both. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import { at, listAt, numberAt, textAt } from '#sandbox/kube-client/fields.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { POD_URL } from '../pod-worker.ts'
import { deployment, namespaced } from './samples.ts'

const WAIT = { timeout: 30_000, interval: 50 }
export type WorkloadsUnderTest = {
  client: KubeClient
  kubeletUrl: string
  /** Kubernetes lists no loopback address behind a Service. */
  listsLoopback: boolean
  stop(): Promise<void>
}

export const workloadsContract = (start: () => Promise<WorkloadsUnderTest>): void => {
  let cluster: WorkloadsUnderTest

  const typeOf = (apiVersion: string, kind: string) => cluster.client.discovery.require(apiVersion, kind)
  const put = async (object: KubeObject) =>
    cluster.client.apply(await typeOf(object.apiVersion, object.kind), object, { manager: 'test', force: true })
  const list = async (apiVersion: string, kind: string, namespace: string): Promise<KubeObject[]> =>
    cluster.client.list(await typeOf(apiVersion, kind), namespace)
  const find = async (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    cluster.client.get(await typeOf(apiVersion, kind), namespace, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  const remove = async (
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
    foreground = false,
  ) =>
    cluster.client.delete(await typeOf(apiVersion, kind), namespace, name, {
      propagation: foreground ? 'Foreground' : 'Background',
    })
  const makeNamespace = async (name: string) => {
    await put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await expect.poll(() => find('v1', 'ServiceAccount', name, 'default'), WAIT).toBeDefined()
  }
  const available = async (namespace: string, name: string, count: number) =>
    expect
      .poll(async () => {
        const status = (await find('apps/v1', 'Deployment', namespace, name))?.status
        return [
          numberAt(status, 'availableReplicas') ?? 0,
          numberAt(status, 'updatedReplicas') ?? 0,
          numberAt(status, 'replicas') ?? 0,
        ]
      }, WAIT)
      .toEqual([count, count, count])
  const podUrl = async (namespace: string): Promise<string> => {
    const [pod] = await list('v1', 'Pod', namespace)
    return pod?.metadata.annotations?.[POD_URL] ?? ''
  }

  describe('workloads', { timeout: 60_000 }, () => {
    beforeAll(async () => {
      cluster = await start()
    }, 120_000)

    afterAll(() => cluster?.stop(), 30_000)

    it('runs the runtime’s image as a process that answers at the pod’s address, with its environment', async () => {
      await makeNamespace('run-dev')
      await put(namespaced('ConfigMap', 'run-dev', 'team', { data: { name: 'ml' } }))
      await put(deployment('run-dev', 'model', { replicas: 1, args: ['--greeting', 'hello'] }))
      await available('run-dev', 'model', 1)
      const answer: unknown = await (await fetch(await podUrl('run-dev'))).json()
      const [pod] = await list('v1', 'Pod', 'run-dev')
      expect(answer).toEqual({ greeting: 'hello', team: 'ml', pod: pod?.metadata.name })
      expect(at(pod?.status, 'containerStatuses', 0, 'ready')).toBe(true)
      expect(textAt(pod?.spec, 'nodeName')).toBe('process-node')
    })

    it('gives the logs through the API server', async () => {
      const [pod] = await list('v1', 'Pod', 'run-dev')
      const response = await cluster.client.open('GET', `/api/v1/namespaces/run-dev/pods/${pod?.metadata.name}/log`)
      let text = ''
      for await (const part of response) text += String(part)
      expect(text).toMatch(/^listening on 127\.84\.\d+\.\d+:8080\n$/)
    })

    it('tells how much memory a pod’s processes use', async () => {
      const summary: unknown = await (await fetch(`${cluster.kubeletUrl}/stats/summary`)).json()
      expect(numberAt(summary, 'pods', 0, 'containers', 0, 'memory', 'workingSetBytes')).toBeGreaterThan(10_000_000)
    })

    it('lists ready pods behind their Service, and takes an unready one out', async () => {
      await put(
        namespaced('Service', 'run-dev', 'model', {
          spec: { selector: { app: 'model' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
        }),
      )
      const readiness = async () => {
        const [slice] = await list('discovery.k8s.io/v1', 'EndpointSlice', 'run-dev')
        return [at(slice, 'endpoints', 0, 'conditions', 'ready'), at(slice, 'ports', 0, 'port')]
      }
      if (!cluster.listsLoopback) return
      await expect.poll(readiness, WAIT).toEqual([true, 8080])
      await fetch(`${await podUrl('run-dev')}/unready`)
      await expect.poll(readiness, WAIT).toEqual([false, 8080])
    })

    it('starts a process that ended again, and counts it', async () => {
      await fetch(`${await podUrl('run-dev')}/exit`).catch(() => undefined)
      await expect
        .poll(async () => {
          const status = (await list('v1', 'Pod', 'run-dev'))[0]?.status
          return [at(status, 'containerStatuses', 0, 'restartCount'), at(status, 'containerStatuses', 0, 'ready')]
        }, WAIT)
        .toEqual([1, true])
    })

    it('gives what is written from then on to whoever follows a log, until the container ends', async () => {
      const [pod] = await list('v1', 'Pod', 'run-dev')
      const path = `/api/v1/namespaces/run-dev/pods/${pod?.metadata.name}/log`
      const followed = await cluster.client.open('GET', path, { query: { follow: true } })
      let text = ''
      followed.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      const ended = once(followed, 'end')
      await expect.poll(() => text, WAIT).toContain('listening on')
      await fetch(`${await podUrl('run-dev')}/say/followed`)
      await expect.poll(() => text, WAIT).toContain('followed\n')
      await fetch(`${await podUrl('run-dev')}/exit`).catch(() => undefined)
      await ended
    })

    it('says CrashLoopBackOff of a process that keeps failing', async () => {
      await makeNamespace('crash-dev')
      await put(deployment('crash-dev', 'broken', { replicas: 1, args: ['--fail'] }))
      await expect
        .poll(async () => {
          const [pod] = await list('v1', 'Pod', 'crash-dev')
          return [
            textAt(pod?.status, 'containerStatuses', 0, 'state', 'waiting', 'reason'),
            at(pod?.status, 'containerStatuses', 0, 'lastState', 'terminated', 'exitCode'),
          ]
        }, WAIT)
        .toEqual(['CrashLoopBackOff', 3])
      const events = await list('v1', 'Event', 'crash-dev')
      expect(events.map((event) => event.reason)).toContain('BackOff')
    })

    it('replaces the pods of a Deployment without going below what it may', async () => {
      await makeNamespace('roll-dev')
      await put(deployment('roll-dev', 'model', { replicas: 3, args: ['--greeting', 'one'], image: 'other:1' }))
      await available('roll-dev', 'model', 3)
      let lowest = 3
      const watch = setInterval(async () => {
        const status = (await find('apps/v1', 'Deployment', 'roll-dev', 'model'))?.status
        lowest = Math.min(lowest, numberAt(status, 'availableReplicas') ?? 0)
      }, 20)
      await put(deployment('roll-dev', 'model', { replicas: 3, args: ['--greeting', 'two'], image: 'other:2' }))
      await expect
        .poll(
          async () => (await list('v1', 'Pod', 'roll-dev')).map((pod) => textAt(pod.spec, 'containers', 0, 'image')),
          WAIT,
        )
        .toEqual(['other:2', 'other:2', 'other:2'])
      await available('roll-dev', 'model', 3)
      clearInterval(watch)
      expect(lowest).toBeGreaterThanOrEqual(3)
      const live = await find('apps/v1', 'Deployment', 'roll-dev', 'model')
      expect(live?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
      const conditions = listAt(live?.status, 'conditions').map(
        (each) => `${textAt(each, 'type')} ${textAt(each, 'reason')}`,
      )
      expect(conditions.sort()).toEqual(['Available MinimumReplicasAvailable', 'Progressing NewReplicaSetAvailable'])
    })

    it('shows a quota’s use at once, and says on the ReplicaSet what the quota refused', async () => {
      await makeNamespace('quota-dev')
      await put(namespaced('ResourceQuota', 'quota-dev', 'q', { spec: { hard: { 'requests.cpu': '1' } } }))
      await expect
        .poll(async () => (await find('v1', 'ResourceQuota', 'quota-dev', 'q'))?.status, {
          timeout: 1000,
          interval: 20,
        })
        .toEqual({ hard: { 'requests.cpu': '1' }, used: { 'requests.cpu': '0' } })
      await put(deployment('quota-dev', 'big', { replicas: 3, args: [], image: 'other', cpu: '400m' }))
      await expect
        .poll(
          async () =>
            (await list('v1', 'Event', 'quota-dev')).find((event) => event.reason === 'FailedCreate')?.message,
          WAIT,
        )
        .toMatch(
          /^Error creating: pods "big-\w+-\w+" is forbidden: exceeded quota: q, requested: requests\.cpu=400m, used: requests\.cpu=800m, limited: requests\.cpu=1$/,
        )
      await expect
        .poll(async () => {
          const status = (await find('apps/v1', 'Deployment', 'quota-dev', 'big'))?.status
          return listAt(status, 'conditions').map((each) => textAt(each, 'type'))
        }, WAIT)
        .toContain('ReplicaFailure')
      await put(deployment('quota-dev', 'big', { replicas: 1, args: [], image: 'other', cpu: '400m' }))
      await expect
        .poll(
          async () => at((await find('v1', 'ResourceQuota', 'quota-dev', 'q'))?.status, 'used', 'requests.cpu'),
          WAIT,
        )
        .toBe('400m')
    })

    it('holds a Deployment deleted in the foreground until its pods and their processes are gone', async () => {
      const url = await podUrl('run-dev')
      await remove('apps/v1', 'Deployment', 'run-dev', 'model', true)
      await expect.poll(() => find('apps/v1', 'Deployment', 'run-dev', 'model'), WAIT).toBeUndefined()
      expect(await list('v1', 'Pod', 'run-dev')).toEqual([])
      await expect(fetch(url)).rejects.toThrow()
    })

    it('empties a namespace before it lets it go, and says what holds it', async () => {
      const held = namespaced('ConfigMap', 'roll-dev', 'held', {})
      await put({ ...held, metadata: { ...held.metadata, finalizers: ['modelyard.dev/hold'] } })
      await remove('v1', 'Namespace', undefined, 'roll-dev')
      await expect
        .poll(async () => {
          const conditions = listAt((await find('v1', 'Namespace', undefined, 'roll-dev'))?.status, 'conditions')
          return conditions
            .filter((each) => textAt(each, 'status') === 'True')
            .map((each) => textAt(each, 'message'))
            .join(' ')
        }, WAIT)
        .toBe(
          'Some resources are remaining: configmaps. has 1 resource instances ' +
            'Some content in the namespace has finalizers remaining: modelyard.dev/hold in 1 resource instances',
        )
      expect(await list('v1', 'Pod', 'roll-dev')).toEqual([])
      await cluster.client.merge(await typeOf('v1', 'ConfigMap'), 'roll-dev', 'held', {
        metadata: { finalizers: null },
      })
      await expect.poll(() => find('v1', 'Namespace', undefined, 'roll-dev'), WAIT).toBeUndefined()
    })
  })
}
