/** The heavy load: wrk where there is one, for it takes little of the cores it shares with what it measures. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Body } from '../workloads.ts'
import { experienceOf, failuresOf, startSteadyLoad } from './steady-load.ts'

export interface Load {
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

/** wrk has no rate of its own: a pause before each request makes one, uneven as callers are. */
const script = (path: string, body: Body, bodyFile: string, pauseMilliseconds: number): string =>
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
    ...(pauseMilliseconds > 0 ? [`delay = function() return math.random(0, ${2 * pauseMilliseconds}) end`] : []),
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

const byWrk = async (options: LoadOptions, connections: number, pauseMilliseconds: number): Promise<Load> => {
  const bodyFile = join(options.folder, 'body.bin')
  const scriptFile = join(options.folder, 'load.lua')
  await writeFile(bodyFile, options.body.body)
  await writeFile(scriptFile, script(options.path, options.body, bodyFile, pauseMilliseconds))
  const flags = ['-t1', `-c${connections}`, `-d${options.seconds}s`, '--latency', '-s', scriptFile]
  return read((await output('wrk', [...flags, options.url + options.path])) ?? '')
}

/** Our own generator, in a process of its own too: works everywhere, but takes more of the cores. */
export const byOwnGenerator = async (options: LoadOptions): Promise<Load> => {
  const { url, path, body, connections, seconds, perSecond } = options
  const bytes = body.body.toString('base64')
  const load = startSteadyLoad(
    [{ name: 'all', url, path, headers: body.headers, body: bytes, connections, perSecond }],
    {
      prompt: false,
    },
  )
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const all = experienceOf(await load.stop(), 'all')
  return {
    requestsPerSecond: (all.outcomes['200'] ?? 0) / seconds,
    p50: all.p50,
    p99: all.p99,
    errors: failuresOf(all).reduce((sum, [, times]) => sum + times, 0),
  }
}

const PAUSE_MILLISECONDS = 20
const MOST_CONNECTIONS = 512

export const generate = async (options: LoadOptions): Promise<Load> => {
  if (!(await haveWrk())) return byOwnGenerator(options)
  if (options.perSecond === undefined) return byWrk(options, options.connections, 0)
  // So many connections that each pauses long enough for whole milliseconds to do.
  const connections = Math.min(
    MOST_CONNECTIONS,
    Math.max(options.connections, Math.ceil((options.perSecond * PAUSE_MILLISECONDS) / 1000)),
  )
  return byWrk(options, connections, Math.max(1, Math.round((connections * 1000) / options.perSecond)))
}
