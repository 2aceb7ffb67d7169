/** The figures as a section of docs/performance.md. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import type { Cell, Figures } from '../measure/cells.ts'
import { workloads } from '../workloads.ts'
import { addedMilliseconds, type Goal, goalsOf, type Results, serialBound } from './goals.ts'
import { table } from './table.ts'

export interface Circumstances {
  versions: string
  loadBefore: number
  generator: string
  seconds: number
  rounds: number
  /** What could not be measured, and why. */
  failures: readonly { server: string; why: string }[]
}

const number = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 }) : '–'
const times = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '–')

const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`

const verdict = ({ met }: Goal): string => (met === undefined ? '–' : met ? 'met' : '**not met**')

const goals = (results: Results): string =>
  table(
    ['goal', 'wanted', 'measured', ''],
    goalsOf(results).map((each) => [each.goal, each.wanted, each.measured, verdict(each)]),
  )

const throughput = (cells: readonly Cell[]): string =>
  table(
    [
      ...['model', 'body', 'requests/s', 'connections', 'best FastAPI', 'connections', 'ratio'],
      ...['µs a request', 'FastAPI', 'ratio', 'errors'],
    ],
    cells.map(({ workload, kind, ours, fastApi, ratio }) => [
      workload,
      kind,
      number(ours.requestsPerSecond),
      String(ours.connections),
      fastApi ? `${number(fastApi.requestsPerSecond)} (${fastApi.server.replace('FastAPI, ', '')})` : '–',
      fastApi ? String(fastApi.connections) : '–',
      times(ratio),
      number(ours.microsPerRequest),
      number(fastApi?.microsPerRequest ?? Number.NaN),
      times((fastApi?.microsPerRequest ?? Number.NaN) / ours.microsPerRequest),
      String(ours.errors),
    ]),
  )

const latency = (cells: readonly Cell[]): string =>
  table(
    [
      ...['model', 'body', 'one client, p50', 'of it not the run', 'FastAPI', 'at 70 %: requests/s', 'p50', 'p99'],
      ...['p99 over p50', 'echo server', 'FastAPI'],
    ],
    cells.map((cell) => [
      cell.workload,
      cell.kind,
      number(cell.oursAloneP50),
      number(addedMilliseconds(cell)),
      number(cell.fastApiAloneP50),
      number(cell.tail.requestsPerSecond),
      number(cell.tail.p50),
      number(cell.tail.p99),
      ...[cell.tail, cell.echoTail, cell.fastApiTail].map((each) => times(each?.ratio ?? Number.NaN)),
    ]),
  )

const bounds = (cells: readonly Cell[]): string =>
  table(
    ['model', 'body', 'echo, requests/s', 'parse, µs', 'run of a row, µs', 'bound, requests/s', 'share'],
    cells.map((cell) => [
      cell.workload,
      cell.kind,
      number(cell.echo.requestsPerSecond),
      number(cell.bare.parseMicros[cell.kind]),
      number(cell.bare.runMicros),
      number(serialBound(cell)),
      `${Math.round((cell.ours.requestsPerSecond / serialBound(cell)) * 100)} %`,
    ]),
  )

const TRITON = [
  'Triton, **published, not measured here**',
  '“simple”, one client',
  '–',
  '1,408',
  '1',
  '–',
  '0.69 (of it 0.26 the run)',
]

const heats = (cells: readonly Cell[]): string =>
  table(
    ['server', 'model', 'body', 'requests/s', 'connections', 'µs a request', 'p50, ms'],
    [
      ...cells.flatMap(({ heats: all, workload, kind }) =>
        all.map(({ server, requestsPerSecond, connections, microsPerRequest, p50 }: Figures) => [
          server,
          workload,
          kind,
          number(requestsPerSecond),
          String(connections),
          number(microsPerRequest),
          number(p50),
        ]),
      ),
      TRITON,
    ],
  )

const hogs = (results: Results): string =>
  table(
    [
      'the hog’s share is',
      'share, requests/s',
      'others’ p99, hog at its share',
      'hog at ten times',
      'ratio',
      'others’ failures',
      'hog answered, refused',
    ],
    results.hogs.map((each) => [
      { limited: 'its limit', open: 'not limited', echo: '– (an echo server)' }[each.setting],
      number(each.sharePerSecond),
      `${number(each.calmP99)} ms`,
      `${number(each.hoggedP99)} ms`,
      times(each.ratio),
      String(each.failures),
      `${number(each.hogAnswered)}, ${number(each.hogRefused)} a second`,
    ]),
  )

const loading = ({ loading: found }: Results): string =>
  found === undefined
    ? 'Not measured.'
    : `${found.loads} loads of ${found.megabytes} MB, each ${number(found.loadSeconds)} s, while ${found.requests} requests came: ${found.failures} failed. The
accepting loop said that it is alive within ${number(found.loopP99)} ms (p99; quiet ${number(found.quietLoopP99)} ms), a small model answered within ${number(found.p99)} ms
(quiet ${number(found.quietP99)} ms).`

const lanes = ({ lanes: found }: Results): string =>
  found === undefined
    ? 'Not measured.'
    : `A process with one session of the 151 MB model (${found.implementation}): ${found.oneMegabytes} MB; after four runs at once: ${found.fourMegabytes} MB.`

const unmeasured = (failures: Circumstances['failures']): string =>
  failures.length === 0
    ? ''
    : `\nNot measured:\n\n${failures.map(({ server, why }) => `* ${server}: ${why.replaceAll('\n', ' ')}`).join('\n')}\n`

export const report = (
  results: Results,
  { versions, loadBefore, generator, seconds, rounds, failures }: Circumstances,
): string => {
  const { cells } = results
  return `## The inference runtime

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, ${machine()}. Load of the machine before ${number(loadBefore)}, after
${number(loadavg()[0] ?? 0)} (the bench itself makes for two or three). ${versions}

Everything is on: tokens, limits, metrics, deadlines, request ids. The peer answers the same bodies without any of them. All run on the
same cores as the load (${generator}). The runtime, the best variant of the peer and an echo server take turns, ${rounds} rounds of ${seconds} s;
figures are medians of the rounds; a peer is given its best one, because how its workers share the connections is luck. Each server
is given as many connections as it answers the most with, of three numbers. Processor time is that of all processes of a server.

### Goals

${goals(results)}

### Throughput

${throughput(cells)}

${workloads.map(({ name, about }) => `*${name}*: ${about}`).join('; ')}.

### Latency, milliseconds

${latency(cells)}

Each server at 70 % of what it answers at most itself; an echo server does nothing but read and write, so what it shows is what the
scheduler makes of a load generator and a server that share ${availableParallelism()} cores.

### The serial bound

What two cores could do if a request were received and answered (an echo server with a thread a core, load generator included), parsed
and run as a single row, and nothing else: cores / (echo + parse + row). Batches make a row cheaper than that, so a share above 100 %
is possible.

${bounds(cells)}

### All variants of all peers, in short

${heats(cells)}

FastAPI with orjson, uvloop and httptools. MLServer comes without a runtime for ONNX, so it has one of its custom kind, and its HTTP server takes no
binary tensors. BentoML takes numbers in JSON of its own, or bytes. Triton comes in no package registry; its line is from the quick start
of NVIDIA’s Perf Analyzer (docs.nvidia.com, Triton Inference Server user guide), on a machine the page does not name: median 690 µs a
request, of which 257 µs computing and 124 µs the server’s own overhead, queue and copies.
${unmeasured(failures)}
### A tenant at ten times its share

${hogs(results)}

The three others keep to their shares, and are measured from a process of its own. The last line is the same load on a server that does
nothing: what the hog's load generator takes from everybody.

### Loading a large model

${loading(results)}

${lanes(results)}`
}
