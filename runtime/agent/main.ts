import type { AddressInfo } from 'node:net'
import { startAgent } from './agent.ts'
import { kubernetesClient, loadKubeConfig } from './kubernetes/client.ts'
import { type AgentOptions, readOptions } from './options.ts'
import { startHealthServer } from './reporting/health-server.ts'
import { jsonLog, textOf } from './reporting/log.ts'
import { AgentMetrics } from './reporting/metrics.ts'

const STOP_MILLISECONDS = 4500

const optionsOrExit = (): AgentOptions => {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(textOf(error))
    process.exit(2)
  }
}

const options = optionsOrExit()
const metrics = new AgentMetrics()
const client = kubernetesClient(() => loadKubeConfig(options.kubeconfig, options.context))
const agent = await startAgent(options, client, metrics, jsonLog)
const health = await startHealthServer(options.host, options.healthPort, {
  notReady: agent.notReady,
  metrics: () => metrics.render(),
})

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address ? address.port : 0
console.log(
  JSON.stringify({ ready: true, url: `http://${options.host}:${portOf(health.address())}`, replica: options.replica }),
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    // Whatever still hangs on a server that does not answer is found again at the next start.
    setTimeout(() => process.exit(0), STOP_MILLISECONDS).unref()
    health.close()
    health.closeAllConnections()
    await agent.stop()
    process.exit(0)
  })
}
