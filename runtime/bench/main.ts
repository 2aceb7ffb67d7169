/** The bench: measures the runtime and its peers in turn, and writes down what came of it; or checks against last time. */
import { rmSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeSection } from '../../scripts/bench/section.ts'
import { Baseline, baselineOf, nameOf } from './baseline.ts'
import { check } from './check.ts'
import { haveWrk } from './load/wrk.ts'
import { type Bench, type Cell, measureCosts } from './measure/cells.ts'
import { measureEverything } from './measure/everything.ts'
import { peers } from './peers/peers.ts'
import { goalsOf } from './report/goals.ts'
import { report } from './report/report.ts'
import { versionsOf } from './report/versions.ts'
import { type Kind, type Workload, workloads } from './workloads.ts'

const here = import.meta.dirname
const OTHERS = ['hog', 'loading', 'lanes']
const parts = [...workloads.map((each) => each.name), ...OTHERS]

const USAGE = `npm run bench [-- options]         the runtime beside its peers; writes docs/performance.md and what the check compares with
npm run bench:check [-- options]   the runtime alone; fails when a request costs over 15 % more than last time

  --only PART     one of ${parts.join(', ')}; may be repeated; then nothing is written
  --seconds N     of each round (2)
  --rounds N      of which the medians are taken (3)
  --no-peers      the runtime alone
  --last FILE     what the check compares with (runtime/bench/last.json)
wrk makes the heaviest load where it is installed. Peers come from PyPI into .modelyard/python the first time: that takes minutes.`

const { values } = parseArgs({
  allowNegative: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'boolean', default: true },
    check: { type: 'boolean', default: false },
    last: { type: 'string', default: join(here, 'last.json') },
    help: { type: 'boolean', default: false },
  },
})
const stranger = values.only.find((each) => !parts.includes(each))
if (values.help || stranger !== undefined) {
  if (stranger !== undefined) console.error(`There is nothing called "${stranger}" to measure.\n`)
  console.log(USAGE)
  process.exit(stranger === undefined ? 0 : 2)
}

const wanted = (part: string): boolean => values.only.length === 0 || values.only.includes(part)
const chosen = workloads.filter((each) => wanted(each.name))
const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const began = performance.now()
const failures: { server: string; why: string }[] = []
const tell = (line: string): void =>
  console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${line}`)
const bench: Bench = {
  folder,
  // The load generator takes whole seconds.
  seconds: Math.max(1, Math.round(Number(values.seconds))),
  rounds: Math.max(1, Math.round(Number(values.rounds))),
  peers: values.peers ? peers : [],
  tell,
  failed: (server, why) => {
    failures.push({ server, why })
    tell(`${server} is not measured: ${why}`)
  },
}
const loadBefore = loadavg()[0] ?? 0
if (loadBefore > availableParallelism() / 2) {
  tell(`others use this machine (load ${loadBefore.toFixed(1)}): rates will be lower and less even than on a quiet one`)
}

const costsOf = (cells: readonly Cell[]) =>
  cells.map(({ workload, kind, ours, overEcho }) => ({
    workload,
    kind,
    connections: ours.connections,
    micros: ours.microsPerRequest,
    overEcho,
  }))

if (values.check) {
  const last = Baseline.parse(JSON.parse(await readFile(values.last, 'utf8')))
  const measure = (workload: Workload, which: readonly Kind[]) =>
    measureCosts(
      bench,
      workload,
      which.map((kind) => {
        const before = last.costs[nameOf({ workload: workload.name, kind })]
        return { kind, connections: before?.connections ?? workload.connections }
      }),
    )
  const faults = await check({ last, tell, measure }, chosen)
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
} else {
  const results = await measureEverything(bench, chosen, wanted)
  for (const { goal, wanted: limit, measured, met } of goalsOf(results)) {
    if (met !== undefined) console.log(`${met ? 'met    ' : 'NOT MET'} ${goal}: ${measured} (${limit})`)
  }
  if (values.only.length === 0) {
    const generator = (await haveWrk())
      ? 'wrk, one thread, and our own where there is a rate'
      : 'our own generator, one thread'
    const { seconds, rounds } = bench
    const circumstances = { versions: await versionsOf(), loadBefore, generator, seconds, rounds, failures }
    await writeSection(join(here, '../../docs/performance.md'), 'runtime', report(results, circumstances))
    await writeFile(values.last, `${JSON.stringify(baselineOf(costsOf(results.cells)), null, 2)}\n`)
  }
}
