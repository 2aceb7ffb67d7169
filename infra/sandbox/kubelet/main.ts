/**
 * `node infra/sandbox/kubelet/main.ts --kubeconfig FILE --state DIR --node NAME --runtime-image PATTERN`
 * `--tls` (for a real API server) serves logs over TLS too. PATTERN is a regular expression; `--runtime-command` is what such an image starts when a container names no command.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { log } from '#sandbox/kube-client/log.ts'
import { announce } from '#sandbox/process/local-process.ts'
import { startKubelet } from './kubelet.ts'

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    state: { type: 'string' },
    node: { type: 'string', default: 'modelyard-process-node' },
    'runtime-image': { type: 'string', default: 'modelyard[-/]runtime' },
    'runtime-command': { type: 'string', default: 'node runtime/main.ts' },
    'pod-addresses': { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    tls: { type: 'boolean', default: false },
    'restart-backoff-seconds': { type: 'string', default: '10' },
  },
})
if (!values.kubeconfig || !values.state) throw new Error('--kubeconfig and --state are needed')

const runtime = new RegExp(values['runtime-image'])
const kubelet = await startKubelet({
  client: KubeClient.fromFile(resolve(values.kubeconfig)),
  name: values.node,
  state: resolve(values.state),
  root: resolve(join(import.meta.dirname, '..', '..', '..')),
  entrypoint: values['runtime-command'].split(' '),
  isRuntime: (image) => runtime.test(image),
  firstBackoffMilliseconds: Number(values['restart-backoff-seconds']) * 1000,
  host: values.host,
  port: Number(values.port),
  tls: values.tls,
  log,
  ...(values['pod-addresses'] ? { podAddresses: values['pod-addresses'] } : {}),
})
announce({ url: kubelet.url, node: values.node }, () => kubelet.stop())
