/** One running engine as the main thread sees it: loaded or not, asked now and then, ended when it must be. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { residentBytes } from '../../models/validate.ts'
import type { Observed } from '../observing/observations.ts'
import { describeExit, startChild } from './child.ts'
import { FromEngine, type LoadOrder, type ReadyMessage, type ToEngine } from './messages.ts'

export interface EngineEnd {
  reason: string
  /** We ended it on purpose: nobody's fault. */
  wanted: boolean
  /** Killed from outside, by a person or by the kernel when memory ran out. */
  killed: boolean
  /** It had not loaded in time, which a busy machine may do to any model. */
  late: boolean
}

export interface EngineProcess {
  readonly pid: number
  readonly ready: Promise<ReadyMessage>
  readonly ended: Promise<EngineEnd>
  observe: () => Promise<(Observed & { residentBytes: number }) | undefined>
  predictedFor: (request: string) => Promise<string | undefined>
  /** Lets what is under way finish, for so long. */
  retire: (milliseconds: number) => void
  /** `fault` says why the model is to blame; without it, it is simply no longer wanted. */
  end: (fault?: string) => void
}

export interface EngineOptions {
  order: Omit<LoadOrder, 'type' | 'socket'>
  memoryMegabytes: number
  loadTimeoutMilliseconds: number
}

const ASK_TIMEOUT = 1000
const WATCH_MILLISECONDS = 500

export const startEngine = (options: EngineOptions): EngineProcess & { socket: string } => {
  // Sockets need short paths, and the engine an empty folder to live in.
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-engine-'))
  const socket = join(folder, 'socket')
  const child = startChild({
    module: new URL('../engine-main.ts', import.meta.url),
    workingDirectory: folder,
    memoryMegabytes: options.memoryMegabytes,
  })
  const { process: handle } = child
  const ready = Promise.withResolvers<ReadyMessage>()
  const ended = Promise.withResolvers<EngineEnd>()
  ready.promise.catch(() => {}) // whoever waits hears of it; nobody need
  const asked = new Map<number, (message: FromEngine) => void>()
  let ticket = 0
  let unwanted = false
  let fault = ''
  let late = false

  const end = (why?: string): void => {
    if (why === undefined) unwanted = true
    else fault ||= why
    handle.kill('SIGKILL')
  }

  const send = (message: ToEngine): void => {
    if (handle.connected) handle.send(message, () => {}) // it may have ended meanwhile, which `ended` tells
  }

  const ask = (message: { type: 'flush' } | { type: 'feedback'; request: string }): Promise<FromEngine | undefined> =>
    new Promise((resolve) => {
      const own = ++ticket
      const finish = (answer?: FromEngine): void => {
        clearTimeout(timer)
        asked.delete(own)
        resolve(answer)
      }
      const timer = setTimeout(finish, ASK_TIMEOUT)
      asked.set(own, finish)
      send({ ...message, ticket: own })
    })

  const loadTimer = setTimeout(() => {
    late = true
    end(`loading took longer than ${options.loadTimeoutMilliseconds / 1000} s`)
  }, options.loadTimeoutMilliseconds)
  const watch = setInterval(() => {
    if (residentBytes(handle.pid) > options.memoryMegabytes * 1_048_576) {
      end(`it took more than the ${options.memoryMegabytes} MB of memory a model may have`)
    }
  }, WATCH_MILLISECONDS)

  handle.on('message', (raw) => {
    const parsed = FromEngine.safeParse(raw)
    if (!parsed.success) return end('it said something an engine does not say')
    const message = parsed.data
    if (message.type === 'ready') {
      clearTimeout(loadTimer)
      ready.resolve(message)
    } else if (message.type === 'failed') {
      fault ||= message.reason
      ready.reject(new Error(message.reason))
      handle.kill('SIGKILL')
    } else asked.get(message.ticket)?.(message)
  })
  handle.on('close', (code, signal) => {
    clearTimeout(loadTimer)
    clearInterval(watch)
    rmSync(folder, { recursive: true, force: true })
    const reason = fault || describeExit(code, signal, child.stderr())
    ready.reject(new Error(reason))
    ended.resolve({ reason, wanted: unwanted, killed: fault === '' && signal === 'SIGKILL', late })
  })
  send({ type: 'load', socket, ...options.order })

  return {
    pid: handle.pid ?? 0,
    socket,
    ready: ready.promise,
    ended: ended.promise,
    observe: async () => {
      const answer = await ask({ type: 'flush' })
      if (answer?.type !== 'observed') return undefined
      const { predictions, drift, tokens, residentBytes } = answer
      return { predictions, drift, tokens, residentBytes }
    },
    predictedFor: async (request) => {
      const answer = await ask({ type: 'feedback', request })
      return answer?.type === 'feedback' ? answer.predicted : undefined
    },
    retire: (milliseconds) => {
      unwanted = true
      send({ type: 'retire' })
      setTimeout(end, milliseconds).unref()
    },
    end,
  }
}
