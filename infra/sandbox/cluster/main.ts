import { parseArgs } from 'node:util'
import { startCluster } from './cluster.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    tls: { type: 'boolean', default: false },
  },
})
if (!values.state) {
  console.error('usage: node main.ts --state DIR [--port N] [--host 127.0.0.1] [--tls]')
  process.exit(2)
}
const cluster = await startCluster({
  state: values.state,
  host: values.host,
  port: Number(values.port),
  tls: values.tls,
  log: (message) => console.error(JSON.stringify({ time: new Date().toISOString(), level: 'error', message })),
})
console.log(JSON.stringify({ ready: true, url: cluster.url, kubeconfig: cluster.kubeconfig }))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void cluster.close().then(() => process.exit(0)))
}
