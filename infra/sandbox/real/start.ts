/**
 * `node infra/sandbox/real/start.ts --state DIR [--port N] [--keep] [--git-base URL [--git-token T]] [--no-argo-cd]`
 * runs until it is told to stop, or until one of its processes ends: whoever started it starts all of it again.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { announce } from '#sandbox/process/local-process.ts'
import { startRealCluster } from './real-cluster.ts'

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: '.modelyard/real' },
    port: { type: 'string' },
    keep: { type: 'boolean', default: false },
    'git-base': { type: 'string' },
    'git-token': { type: 'string' },
    'no-argo-cd': { type: 'boolean', default: false },
  },
})

const gitBase = values['git-base']
const cluster = await startRealCluster({
  state: resolve(values.state),
  argoCd: !values['no-argo-cd'],
  keep: values.keep,
  onEnd: () => process.kill(process.pid, 'SIGTERM'),
  ...(values.port ? { port: Number(values.port) } : {}),
  ...(gitBase ? { git: { baseUrl: gitBase, ...(values['git-token'] ? { token: values['git-token'] } : {}) } } : {}),
})
announce({ url: cluster.url, kubeconfig: cluster.kubeconfig, readySeconds: cluster.readySeconds }, () => cluster.stop())
