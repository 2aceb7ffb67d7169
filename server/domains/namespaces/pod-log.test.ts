import { beforeEach, describe, expect, it } from 'vitest'
import { getPodLog } from '../../contracts/pods.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { createFakeCluster, type FakeCluster } from '../../testing/fakes/fake-cluster.ts'
import { podLog } from './pod-log.ts'

const asked = (more: Record<string, unknown> = {}) =>
  getPodLog.input.parse({ team: 'ml', namespace: 'ml-dev', pod: 'batch-1', ...more })

describe('the log of a pod', () => {
  let cluster: FakeCluster
  beforeEach(() => {
    cluster = createFakeCluster()
    cluster.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'batch-1', namespace: 'ml-dev' },
      spec: { containers: [{ name: 'main' }, { name: 'proxy' }], initContainers: [{ name: 'fetch' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'main', restartCount: 2 }] },
    })
    cluster.write('ml-dev', 'batch-1', ['one\n', 'two\n', 'three\n'])
  })

  it('is that of its first container, with the names of the others', async () => {
    expect(await podLog(cluster, asked())).toMatchObject({
      text: 'one\ntwo\nthree\n',
      problem: null,
      phase: 'Running',
      container: 'main',
      containers: ['main', 'proxy', 'fetch'],
      restarts: 2,
    })
  })

  it('is as long as was asked for', async () => {
    expect(await podLog(cluster, asked({ lines: '1', container: 'proxy' }))).toMatchObject({
      text: 'three\n',
      container: 'proxy',
      restarts: 0,
    })
  })

  it('is refused for a container that the pod does not have', async () => {
    await expect(podLog(cluster, asked({ container: 'other' }))).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('is not found once the pod is gone', async () => {
    await expect(podLog(cluster, asked({ pod: 'batch-2' }))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('says why there is none while the container waits', async () => {
    const why = 'container "main" in pod "batch-1" is waiting to start: ContainerCreating'
    const waiting: FakeCluster = {
      ...cluster,
      logs: () => Promise.reject(new ClusterError('invalid', { detail: why, remedy: 'Wait.' })),
    }
    expect(await podLog(waiting, asked())).toMatchObject({ text: '', problem: why })
  })

  it('says that the cluster does not answer', async () => {
    cluster.down(true)
    await expect(podLog(cluster, asked())).rejects.toMatchObject({ code: 'integration_unavailable' })
  })
})
