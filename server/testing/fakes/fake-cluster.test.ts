import { describe } from 'vitest'
import { clusterContract } from '../../ports/cluster.contract.ts'
import { createFakeCluster } from './fake-cluster.ts'

describe('the fake cluster', () => {
  const cluster = createFakeCluster()
  const unreachable = createFakeCluster('unreachable')
  unreachable.down(true)
  clusterContract(() => ({
    cluster,
    unreachable,
    stranger: createFakeCluster('stranger', () => false),
    write: async (object) => cluster.put(object),
    remove: async (kind, name, namespace) => cluster.remove(kind, name, namespace),
  }))
})
