import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { startRealCluster } from '#sandbox/real/real-cluster.ts'
import { gitOpsPortContract } from '../../ports/gitops/gitops.contract.ts'
import { startWorld } from './testing/world.ts'

describe('Argo CD itself, on a real control plane', () => {
  let state: string
  let world: Awaited<ReturnType<typeof startWorld>>
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'modelyard-argo-cd-'))
    const real = await startRealCluster({ state, argoCd: true })
    world = await startWorld({
      client: real.client,
      kubeconfig: real.kubeconfig,
      destination: real.url,
      stop: () => real.stop(),
    })
  })
  afterAll(async () => {
    await world?.stop()
    await rm(state, { recursive: true, force: true })
  })

  gitOpsPortContract(() => world)
})
