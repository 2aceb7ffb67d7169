/**
 * The heavy load: wrk where there is one, for it takes little of the cores it shares with what it measures. It knows no
 * rate, and the pauses it can make instead cost it more than its requests: it neither kept to the rate nor left the server
 * its share. Loads at a rate come from generators of our own.
 */
import { execFile, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Body } from '../workloads.ts'
import { requestOf } from './caller.ts'
import { type ExactLoad, ExactResult, NEVER_SENT } from './contract.ts'
import { experienceOf, failuresOf, startSteadyLoad } from './steady-load.ts'

export interface Load {
  /** Answered, whatever the answer. */
  requestsPerSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  errors: number
}

export interface LoadOptions {
  url: string
  path: string
  body: Body
  connections: number
  seconds: number
  folder: string
  /** Requests a second of all connections together; without it, as many as are answered. */
  perSecond?: number
}

const milliseconds = (text: string | undefined): number => {
  const found = /^([\d.]+)(us|ms|s)$/.exec(text ?? '')
  return Number(found?.[1] ?? Number.NaN) * (found?.[2] === 'us' ? 0.001 : found?.[2] === 's' ? 1000 : 1)
}

const output = (command: string, args: string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    child.on('error', () => resolve(undefined))
    child.on('close', () => resolve(text))
  })

const wrkText = output('wrk', ['--version'])
export const haveWrk = async (): Promise<boolean> => (await wrkText) !== undefined

const script = (path: string, body: Body, bodyFile: string): string =>
  [
    `local file = io.open(${JSON.stringify(bodyFile)}, "rb")`,
    'wrk.body = file:read("*all")',
    'file:close()',
    'wrk.method = "POST"',
    ...Object.entries(body.headers).map(
      ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
    ),
    `local text = nil`,
    `request = function() if text == nil then text = wrk.format(nil, ${JSON.stringify(path)}) end return text end`,
  ].join('\n')

const read = (text: string): Load => {
  const errors = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1]
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? []
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(text)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(text)?.[1]),
    errors: Number(errors ?? 0) + socketErrors.reduce((sum, each) => sum + Number(each), 0),
  }
}

const byWrk = async (options: LoadOptions): Promise<Load> => {
  const bodyFile = join(options.folder, 'body.bin')
  const scriptFile = join(options.folder, 'load.lua')
  await writeFile(bodyFile, options.body.body)
  await writeFile(scriptFile, script(options.path, options.body, bodyFile))
  const flags = ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, '--latency', '-s', scriptFile]
  return read((await output('wrk', [...flags, options.url + options.path])) ?? '')
}

/** Until a new process has compiled what it does all the time, it is the slowest of all. */
export const WARM_UP_MILLISECONDS = 700

/** Our own generator, in a process of its own too. */
export const byOwnGenerator = async (options: LoadOptions): Promise<Load> => {
  const { url, path, body, connections, seconds, perSecond } = options
  const bytes = body.body.toString('base64')
  const load = startSteadyLoad(
    [{ name: 'all', url, path, headers: body.headers, body: bytes, connections, perSecond }],
    {
      prompt: false,
    },
  )
  await pause(WARM_UP_MILLISECONDS)
  await load.take()
  await pause(seconds * 1000)
  const all = experienceOf(await load.stop(), 'all')
  const errors = failuresOf(all)
    .filter(([what]) => what !== NEVER_SENT)
    .reduce((sum, [, times]) => sum + times, 0)
  return {
    requestsPerSecond: ((all.outcomes['200'] ?? 0) + errors) / seconds,
    p50: all.p50,
    p99: all.p99,
    errors,
  }
}

/** As many as may be under way at a rate: enough for a server that stands still for some milliseconds. */
const CONNECTIONS_AT_A_RATE = 256

const byExactGenerator = async (options: LoadOptions, perSecond: number): Promise<Load> => {
  const { url, path, body, folder, seconds } = options
  const requestFile = join(folder, 'request.bin')
  await writeFile(requestFile, requestOf('POST', url, path, body.headers, body.body).bytes)
  const order: ExactLoad = {
    port: Number(new URL(url).port),
    requestFile,
    perSecond,
    connections: CONNECTIONS_AT_A_RATE,
    warmUpMilliseconds: WARM_UP_MILLISECONDS,
    seconds,
  }
  const script = join(import.meta.dirname, 'exact.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, JSON.stringify(order)])
  const { good, others, p50, p99 } = ExactResult.parse(JSON.parse(stdout))
  return { requestsPerSecond: (good + others) / seconds, p50, p99, errors: others }
}

export const generate = async (options: LoadOptions): Promise<Load> => {
  const { perSecond } = options
  if (perSecond === undefined) return (await haveWrk()) ? byWrk(options) : byOwnGenerator(options)
  // It speaks to Linux, and to this machine alone.
  if (process.platform === 'linux') return byExactGenerator(options, perSecond)
  return byOwnGenerator({ ...options, connections: CONNECTIONS_AT_A_RATE })
}
