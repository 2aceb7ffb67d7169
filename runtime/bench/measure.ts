/** One server under one load: throughput, latency, and the processor time a request costs. */
import { processorSeconds } from './processor-time.ts'
import type { Server } from './servers.ts'
import { type Body, bodiesOf, type Workload } from './workloads.ts'
import { generate } from './wrk.ts'

export interface Measurement {
  server: string
  workload: string
  kind: Body['kind']
  requestsPerSecond: number
  /** Of all processes of the server together. */
  microsPerRequest: number
  p50: number
  p99: number
  /** Median with one client that waits for each answer. */
  aloneP50: number
  errors: number
}

const checkAnswer = async (server: Server, body: Body): Promise<void> => {
  const response = await fetch(`${server.url}${server.path}`, {
    method: 'POST',
    headers: body.headers,
    body: new Uint8Array(body.body),
  })
  if (response.status !== 200) throw new Error(`${server.name} answered ${response.status}: ${await response.text()}`)
}

export const measure = async (
  server: Server,
  workload: Workload,
  folder: string,
  seconds: number,
): Promise<Measurement[]> => {
  const results: Measurement[] = []
  for (const body of bodiesOf(workload)) {
    await checkAnswer(server, body)
    const load = { url: server.url, path: server.path, body, folder }
    await generate({ ...load, connections: workload.connections, seconds: 1 })
    const before = processorSeconds(server.pid)
    const busy = await generate({ ...load, connections: workload.connections, seconds })
    const spent = processorSeconds(server.pid) - before
    const alone = await generate({ ...load, connections: 1, seconds: Math.max(1, Math.floor(seconds / 2)) })
    results.push({
      server: server.name,
      workload: workload.name,
      kind: body.kind,
      requestsPerSecond: busy.requestsPerSecond,
      microsPerRequest: (spent / (busy.requestsPerSecond * seconds)) * 1e6,
      p50: busy.p50,
      p99: busy.p99,
      aloneP50: alone.p50,
      errors: busy.errors + alone.errors,
    })
  }
  return results
}
