/** The figures as a page for docs/performance.md. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import type { Measurement } from './measure.ts'
import { workloads } from './workloads.ts'

export const OURS = 'this runtime'

export interface Comparison {
  workload: string
  kind: Measurement['kind']
  ours: Measurement
  /** The fastest variant of the peer by throughput, and the one that costs least. */
  fastest: Measurement
  cheapest: Measurement
}

export const compare = (all: readonly Measurement[]): Comparison[] => {
  const found: Comparison[] = []
  for (const { name } of workloads) {
    for (const kind of ['JSON', 'binary'] as const) {
      const here = all.filter((each) => each.workload === name && each.kind === kind)
      const ours = here.find((each) => each.server === OURS)
      const peers = here.filter((each) => each.server !== OURS)
      const fastest = peers.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0]
      const cheapest = peers.toSorted((a, b) => a.microsPerRequest - b.microsPerRequest)[0]
      if (ours && fastest && cheapest) found.push({ workload: name, kind, ours, fastest, cheapest })
    }
  }
  return found
}

const round = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 }) : '–'
const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`

export const report = (all: readonly Measurement[], versions: string): string => {
  const lines = compare(all)
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`
  return `## The inference runtime

Written by \`npm run bench\`. ${new Date().toISOString().slice(0, 10)} on ${machine}; load of the machine at the end ${round(loadavg()[0] ?? 0)}
(above the number of cores, others were using it too: then rates swing by a factor of two or more from minute to minute, and the
processor time a request costs says more).

${versions}

Everything is on: limits, metrics, deadlines, request ids. The load generator (wrk, one thread) shares the cores. The peer is
FastAPI with orjson, uvloop, httptools and onnxruntime, answering the same bodies without validation, limits or metrics;
each figure is the best of its variants.

### Throughput

${[
  row('model', 'body', 'requests/s', 'peer, requests/s', 'ratio'),
  row('---', '---', '---', '---', '---'),
  ...lines.map(({ workload, kind, ours, fastest }) =>
    row(
      workload,
      kind,
      round(ours.requestsPerSecond),
      `${round(fastest.requestsPerSecond)} (${fastest.server})`,
      `${round(ours.requestsPerSecond / fastest.requestsPerSecond)} ×`,
    ),
  ),
].join('\n')}

### Processor time a request

Of all processes of a server together, in microseconds. The cores divided by it are the most a machine can do.

${[
  row('model', 'body', 'µs', 'peer, µs', 'ratio'),
  row('---', '---', '---', '---', '---'),
  ...lines.map(({ workload, kind, ours, cheapest }) =>
    row(
      workload,
      kind,
      round(ours.microsPerRequest),
      `${round(cheapest.microsPerRequest)} (${cheapest.server})`,
      `${round(cheapest.microsPerRequest / ours.microsPerRequest)} ×`,
    ),
  ),
].join('\n')}

### Latency, milliseconds

${[
  row('model', 'body', 'one client, p50', 'peer', 'saturated p50', 'saturated p99', 'errors'),
  row('---', '---', '---', '---', '---', '---', '---'),
  ...lines.map(({ workload, kind, ours, fastest }) =>
    row(
      workload,
      kind,
      round(ours.aloneP50),
      round(fastest.aloneP50),
      round(ours.p50),
      round(ours.p99),
      String(ours.errors),
    ),
  ),
].join('\n')}

Models: tiny is a perceptron 16-16-4, mid 512-1024-1024-64, image takes 1 × 3 × 224 × 224 numbers and does next to nothing with them.
Triton comes in no package registry and is not measured here.
`
}
