/** Logs and resource figures over HTTP, at the paths a kubelet has. */
import { createReadStream, existsSync, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { previousLog } from './container-process.ts'
import type { PodWorker } from './pod-worker.ts'
import { type Usage, usageOf } from './resource-usage.ts'

type Workers = () => readonly PodWorker[]
const FOLLOW_MILLISECONDS = 200

export const answer =
  (workers: Workers) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [, first, namespace = '', name = '', container = ''] = url.pathname.split('/').map(decodeURIComponent)
    if (first === 'healthz') return void response.end('ok')
    if (url.pathname === '/stats/summary') return sendSummary(workers(), response)
    if (first !== 'containerLogs') return void response.writeHead(404).end('not found')
    const worker = workers().find(
      (each) => each.pod.metadata.namespace === namespace && each.pod.metadata.name === name,
    )
    if (!worker) return void response.writeHead(404).end(`pod ${namespace}/${name} is not on this node`)
    if (!worker.isProcess(container)) {
      return void response.end(
        'This container does not really run: the sandbox runs images of the model runtime only.\n',
      )
    }
    const options = optionsFrom(url.searchParams)
    const file = options.previous ? previousLog(worker.logFile(container)) : worker.logFile(container)
    if (options.previous && !existsSync(file)) {
      return void response.writeHead(400).end(`previous terminated container "${container}" in pod "${name}" not found`)
    }
    const run = worker.runOf(container)
    const isOver = () => run === undefined || worker.runOf(container) !== run
    await sendLog(file, options, isOver, request, response)
  }

type LogOptions = {
  previous: boolean
  follow: boolean
  timestamps: boolean
  tail: number | undefined
  since: number | undefined
  limit: number | undefined
}

const optionsFrom = (query: URLSearchParams): LogOptions => {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined)
  const seconds = number('sinceSeconds')
  const time = query.get('sinceTime')
  const previous = query.get('previous') === 'true'
  return {
    previous,
    follow: query.get('follow') === 'true' && !previous,
    timestamps: query.get('timestamps') === 'true',
    tail: number('tailLines'),
    limit: number('limitBytes'),
    since: seconds !== undefined ? Date.now() - seconds * 1000 : time ? Date.parse(time) : undefined,
  }
}

const sendLog = async (
  file: string,
  options: LogOptions,
  isOver: () => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/plain' })
  let sent = 0
  const send = (line: string) => {
    const space = line.indexOf(' ')
    if (options.since !== undefined && Date.parse(line.slice(0, space)) < options.since) return
    const text = Buffer.from(`${options.timestamps ? line : line.slice(space + 1)}\n`)
    const room = (options.limit ?? Number.POSITIVE_INFINITY) - sent
    if (room > 0) response.write(text.subarray(0, room))
    sent += text.length
  }
  let offset = 0
  const take = async (stream: ReadStream, each: (line: string) => void) => {
    for await (const line of createInterface({ input: stream })) each(line)
    offset += stream.bytesRead
  }
  // A container that has not written anything has no log yet.
  const size = async () => (await stat(file).catch(() => undefined))?.size ?? 0
  const end = await size()
  if (end > 0) {
    const lines: string[] = []
    await take(createReadStream(file, { end: end - 1 }), (line) => {
      if (options.tail === undefined) return send(line)
      lines.push(line)
      if (lines.length > options.tail) lines.shift()
    })
    for (const line of lines) send(line)
  }
  let open = options.follow
  request.once('close', () => {
    open = false
  })
  while (open) {
    // Asked first: what is written after the end of the run is another run's.
    const last = isOver()
    const now = await size()
    if (now > offset) await take(createReadStream(file, { start: offset, end: now - 1 }), send)
    else if (last) break
    else await delay(FOLLOW_MILLISECONDS)
  }
  response.end()
}

const samples = new Map<number, { at: number; usage: Usage; cores: number }>()

/** The kubelet's summary API, as far as processes can tell it: cores in use since the last question, and memory. */
const sendSummary = async (workers: readonly PodWorker[], response: ServerResponse): Promise<void> => {
  const usages = await usageOf(workers.flatMap((worker) => worker.pids.map(({ pid }) => pid)))
  const now = Date.now()
  for (const [pid, usage] of usages) {
    const before = samples.get(pid)
    const seconds = before ? (now - before.at) / 1000 : 0
    const cores =
      before && seconds >= 1
        ? Math.max(0, (usage.cpuSeconds - before.usage.cpuSeconds) / seconds)
        : (before?.cores ?? 0)
    if (!before || seconds >= 1) samples.set(pid, { at: now, usage, cores })
  }
  for (const pid of samples.keys()) if (!usages.has(pid)) samples.delete(pid)
  const pods = workers.map((worker) => ({
    podRef: { name: worker.pod.metadata.name, namespace: worker.pod.metadata.namespace, uid: worker.pod.metadata.uid },
    containers: worker.pids.map(({ container, pid }) => ({
      name: container,
      cpu: {
        usageNanoCores: Math.round((samples.get(pid)?.cores ?? 0) * 1e9),
        usageCoreNanoSeconds: Math.round((usages.get(pid)?.cpuSeconds ?? 0) * 1e9),
      },
      memory: { workingSetBytes: usages.get(pid)?.memoryBytes ?? 0 },
    })),
  }))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ pods }))
}
