/**
 * The runtime as Prometheus sees it: `promtool` reads the text, and a server that has native histograms switched on
 * scrapes and is asked what it has understood. Both are used where they are installed; where not, that is said.
 */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { until } from '../testing/until.ts'

const Found = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})

/** The exit code; undefined when there is no such program. */
const runWith = (command: string, args: readonly string[], input: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] })
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code ?? 1))
    child.stdin.on('error', () => {}) // it did not start, or did not want it all
    child.stdin.end(input)
  })

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const report = (what: string, passed: boolean): number => {
  console.log(`${passed ? 'ok  ' : 'FAILED'} ${what}`)
  return passed ? 0 : 1
}

const numberOf = async (url: string, query: string): Promise<number | undefined> => {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`)
  const value = Found.safeParse(await response.json()).data?.data.result[0]?.value[1]
  return value === undefined ? undefined : Number(value)
}

const scraped = async (folder: string, target: string, expected: number): Promise<number> => {
  const settings = join(folder, 'prometheus.yml')
  await writeFile(
    settings,
    `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: runtime, static_configs: [{ targets: ['${target}'] }] }]\n`,
  )
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${settings}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=native-histograms',
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  try {
    await until('Prometheus has scraped', async () => (await numberOf(url, 'up').catch(() => undefined)) === 1, 30_000)
    const count = await numberOf(url, 'sum(histogram_count(http_request_duration_seconds))')
    const median = await numberOf(url, 'histogram_quantile(0.5, sum(http_request_duration_seconds))')
    return (
      report(`Prometheus counts ${expected} requests in native histograms, got ${count}`, count === expected) +
      report(`Prometheus finds a median, got ${median} s`, median !== undefined && median > 0 && median < 10)
    )
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** The number of checks that failed. */
export const prometheusChecks = async (folder: string, runtimeUrl: string): Promise<number> => {
  const text = await (await fetch(`${runtimeUrl}/metrics`)).text()
  const linted = await runWith('promtool', ['check', 'metrics'], text)
  if (linted === undefined) {
    console.log('promtool is not installed: the metrics were read by the Python client alone')
    return 0
  }
  const counted = [...text.matchAll(/^http_request_duration_seconds_count\{.*\} (\d+)$/gm)]
  const expected = counted.reduce((sum, [, count]) => sum + Number(count), 0)
  const failures = report('promtool finds nothing to criticise', linted === 0)
  if ((await runWith('prometheus', ['--version'], '')) === undefined) return failures
  return failures + (await scraped(folder, new URL(runtimeUrl).host, expected))
}
