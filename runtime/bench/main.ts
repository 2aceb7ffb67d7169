/**
 * `npm run bench [-- --seconds N] [--only tiny]`: measures the runtime and its peer in turn, writes docs/performance.md.
 * `npm run bench:check`: measures the runtime alone and fails when a request costs over 15 % more than last time.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { writeSection } from '../../scripts/bench/section.ts'
import { pythonWith } from '../conformance/python.ts'
import { type Measurement, measure } from './measure.ts'
import { OURS, report } from './report.ts'
import { peerVariants, type Server, startOurs, startPeer } from './servers.ts'
import { type Workload, workloads } from './workloads.ts'

const here = import.meta.dirname
const lastFile = join(here, 'last.json')
const Last = z.record(z.string(), z.number())
const TOLERANCE = 1.15

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const chosen = workloads.filter((each) => values.only === undefined || each.name === values.only)
const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'))
const all: Measurement[] = []

const tell = (each: Measurement): void => {
  const { server, workload, kind, requestsPerSecond, microsPerRequest, p50, p99, aloneP50 } = each
  console.log(
    `${workload} ${kind}  ${server}: ${Math.round(requestsPerSecond)} requests/s, ${microsPerRequest.toFixed(1)} µs each, p50 ${p50} ms, p99 ${p99} ms, alone ${aloneP50} ms`,
  )
}

const measureOne = async (start: () => Promise<Server>, workload: Workload): Promise<void> => {
  const server = await start()
  try {
    const found = await measure(server, workload, folder, seconds)
    found.forEach(tell)
    all.push(...found)
  } finally {
    await server.stop()
  }
}

/** One workload after the other, so that what is compared is measured within the same minute. */
const measureAll = async (python: string | undefined): Promise<void> => {
  for (const workload of chosen) {
    await measureOne(() => startOurs(workload, folder), workload)
    if (python === undefined) continue
    for (const variant of peerVariants) await measureOne(() => startPeer(variant, workload, folder, python), workload)
  }
}

const costs = (): Record<string, number> =>
  Object.fromEntries(
    all
      .filter((each) => each.server === OURS)
      .map((each) => [`${each.workload} ${each.kind}`, Math.round(each.microsPerRequest * 10) / 10]),
  )

const check = async (): Promise<void> => {
  const last = Last.parse(JSON.parse(await readFile(lastFile, 'utf8')))
  for (const [name, micros] of Object.entries(costs())) {
    const before = last[name]
    if (before === undefined || micros <= before * TOLERANCE) continue
    console.error(`${name}: a request costs ${micros} µs of processor time, last time ${before}: more than 15 % slower`)
    process.exitCode = 1
  }
}

try {
  const requirements = join(here, 'peers', 'requirements.txt')
  await measureAll(values.check ? undefined : await pythonWith(requirements))
  if (values.check) await check()
  else {
    const versions = `Node ${process.version}; the peer: ${(await readFile(requirements, 'utf8')).trim().replaceAll('==', ' ').split('\n').join(', ')}.`
    if (values.only === undefined) {
      await writeSection(join(here, '..', '..', 'docs', 'performance.md'), 'runtime', report(all, versions))
      await writeFile(lastFile, `${JSON.stringify(costs(), null, 2)}\n`)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
