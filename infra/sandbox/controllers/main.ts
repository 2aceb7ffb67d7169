/** `node infra/sandbox/controllers/main.ts --kubeconfig FILE`: namespaces, quotas, workloads, endpoints, garbage, scheduling. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { log } from '#sandbox/kube-client/log.ts'
import { announce } from '#sandbox/process/local-process.ts'
import { startControllers } from './controllers.ts'

// What starts every local process alike passes these too; controllers keep nothing and listen nowhere.
const { values } = parseArgs({
  options: { kubeconfig: { type: 'string' }, state: { type: 'string' }, host: { type: 'string' } },
})
if (!values.kubeconfig) throw new Error('--kubeconfig is needed')
const client = KubeClient.fromFile(resolve(values.kubeconfig))
const stop = await startControllers(client, log)
announce({ url: client.server }, stop)
