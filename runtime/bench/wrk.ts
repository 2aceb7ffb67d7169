/** The load generator is wrk, which takes little of the cores it shares with what it measures. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Body } from './workloads.ts'

export interface Load {
  requestsPerSecond: number
  p50: number
  p99: number
  errors: number
}

const milliseconds = (text: string | undefined): number => {
  const found = /^([\d.]+)(us|ms|s)$/.exec(text ?? '')
  return Number(found?.[1] ?? Number.NaN) * (found?.[2] === 'us' ? 0.001 : found?.[2] === 's' ? 1000 : 1)
}

const output = (command: string, args: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    child.on('error', () =>
      reject(new Error('wrk is needed to measure: install it (Debian: apt-get install wrk, macOS: brew install wrk)')),
    )
    child.on('close', () => resolve(text))
  })

/** wrk has no rate of its own: a pause before each request makes one, for latency below saturation. */
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

export interface LoadOptions {
  url: string
  path: string
  body: Body
  connections: number
  seconds: number
  folder: string
  /** Mean pause of each connection between requests. */
  pauseMilliseconds?: number
}

export const generate = async (options: LoadOptions): Promise<Load> => {
  const bodyFile = join(options.folder, 'body.bin')
  const scriptFile = join(options.folder, 'load.lua')
  await writeFile(bodyFile, options.body.body)
  await writeFile(scriptFile, script(options.path, options.body, bodyFile, options.pauseMilliseconds ?? 0))
  const text = await output('wrk', [
    '-t1',
    `-c${options.connections}`,
    `-d${options.seconds}s`,
    '--latency',
    '-s',
    scriptFile,
    `${options.url}${options.path}`,
  ])
  const errors = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1]
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(text)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(text)?.[1]),
    errors:
      Number(errors ?? 0) + (socketErrors ? socketErrors.slice(1).reduce((sum, each) => sum + Number(each), 0) : 0),
  }
}
