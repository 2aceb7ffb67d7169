import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type RealCluster, startRealCluster } from '#sandbox/real/real-cluster.ts'
import { agentContract } from './testing/agent.contract.ts'
import { crdContract } from './testing/crd.contract.ts'
import { replicasContract } from './testing/replicas.contract.ts'
import { startWorld } from './testing/world.ts'

let state: string
let cluster: RealCluster
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'agent-real-'))
  cluster = await startRealCluster({ state, argoCd: false })
})
afterAll(async () => {
  await cluster.stop()
  await rm(state, { recursive: true, force: true })
})

const start = () => startWorld({ kubeconfig: cluster.kubeconfig, close: async () => {} })

describe('the agent, on a real control plane', () => agentContract(start))
describe('replicas of the agent, on a real control plane', () => replicasContract(start))
describe('a real API server and the contract', () => crdContract(start, true))
