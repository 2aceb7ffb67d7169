import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { createClusters } from '../../adapters/kubernetes/clusters.ts'
import { type SandboxPart, startSandboxPart } from '../sandbox.ts'
import { rendersAcceptably } from './rendered-manifests.ts'

describe('what the portal renders, on the sandbox', () => {
  let sandbox: SandboxPart
  beforeAll(async () => {
    sandbox = await startSandboxPart('cluster', { port: '0' })
  })
  afterAll(() => sandbox.stop())

  rendersAcceptably(() => {
    const contexts = { dev: 'admin', staging: 'admin', prod: 'admin' }
    const kubeconfig = join(sandbox.state, 'kubeconfig')
    return createClusters({ kubeconfig, contexts, argocd: { context: null, namespace: 'argocd' } }).of('dev')
  })
})
