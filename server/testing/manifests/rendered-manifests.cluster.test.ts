import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type RealCluster, startRealCluster } from '#sandbox/real/real-cluster.ts'
import { underTest } from '../../adapters/kubernetes/testing/under-test.ts'
import { rendersAcceptably } from './rendered-manifests.ts'

describe('what the portal renders, on the real API server', () => {
  let state: string
  let real: RealCluster
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'modelyard-rendered-'))
    real = await startRealCluster({ state, argoCd: false })
  })
  afterAll(async () => {
    await real?.stop()
    await rm(state, { recursive: true, force: true })
  })

  rendersAcceptably(() => underTest(real.kubeconfig).cluster)
})
