/** `node infra/sandbox/real/start.ts --state DIR [--git-base URL [--git-token T]] [--no-argo-cd]`: runs until it is told to stop. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { announce } from '#sandbox/process/local-process.ts'
import { startRealCluster } from './real-cluster.ts'

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: '.modelyard/real' },
    'git-base': { type: 'string' },
    'git-token': { type: 'string' },
    'no-argo-cd': { type: 'boolean', default: false },
  },
})

const gitBase = values['git-base']
const cluster = await startRealCluster({
  state: resolve(values.state),
  argoCd: !values['no-argo-cd'],
  ...(gitBase ? { git: { baseUrl: gitBase, ...(values['git-token'] ? { token: values['git-token'] } : {}) } } : {}),
})
announce({ url: cluster.url, kubeconfig: cluster.kubeconfig, readySeconds: cluster.readySeconds }, () => cluster.stop())
