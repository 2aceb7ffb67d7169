/** The acceptor threads, all on one port: the kernel spreads connections over them. */
import { Worker } from 'node:worker_threads'
import type { RequestStats } from '../metrics/request-stats.ts'
import type { Watched } from '../telemetry/request-watch.ts'
import type { AcceptorSettings, FromAcceptor, ToAcceptor } from './acceptor-messages.ts'
import type { RouteTable } from './route-table.ts'
import type { Ask } from './routes.ts'

export interface AcceptorPoolOptions {
  count: number
  settings: Omit<AcceptorSettings, 'index' | 'table'>
  table: RouteTable
  answer: Ask
  onStuck: (key: string) => void
  onWanted: (model: string) => void
  onWatched: (watched: Watched) => void
  /** A thread ended by itself: our own fault, and the process must not go on half-deaf. */
  onCrash: (error: Error) => void
}

export interface AcceptorPool {
  readonly port: number
  readonly grpcPort: number | undefined
  update: (table: RouteTable) => void
  collect: () => Promise<{ stats: RequestStats[]; connections: number }>
  /** Stops accepting, lets what is under way finish, and ends the threads by the deadline at the latest. */
  close: (milliseconds: number) => Promise<void>
}

type Collected = Extract<FromAcceptor, { type: 'collected' }>

interface Acceptor {
  listening: Promise<{ port: number; grpcPort: number | undefined }>
  drained: Promise<void>
  post: (message: ToAcceptor) => void
  collect: () => Promise<Collected>
  end: () => Promise<unknown>
}

const startAcceptor = (options: AcceptorPoolOptions, index: number, port: number): Acceptor => {
  const workerData: AcceptorSettings = {
    ...options.settings,
    port,
    // One thread speaks gRPC: its HTTP/2 server cannot share a port.
    grpcPort: index === 0 ? options.settings.grpcPort : undefined,
    index,
    table: options.table,
  }
  const worker = new Worker(new URL('./acceptor.ts', import.meta.url), { workerData, execArgv: ['--no-warnings'] })
  const listening = Promise.withResolvers<{ port: number; grpcPort: number | undefined }>()
  const drained = Promise.withResolvers<void>()
  const collecting = new Map<number, (message: Collected) => void>()
  const post = (message: ToAcceptor): void => worker.postMessage(message)
  let ticket = 0

  worker.on('message', (message: FromAcceptor) => {
    if (message.type === 'listening') listening.resolve(message)
    else if (message.type === 'failed') {
      listening.reject(new Error(message.message))
      void worker.terminate()
    } else if (message.type === 'drained') drained.resolve()
    else if (message.type === 'stuck') options.onStuck(message.key)
    else if (message.type === 'wanted') options.onWanted(message.model)
    else if (message.type === 'watched') options.onWatched(message.watched)
    else if (message.type === 'collected') {
      collecting.get(message.ticket)?.(message)
      collecting.delete(message.ticket)
    } else {
      const { ticket: asked } = message
      options.answer(message.question).then(
        (answer) => post({ type: 'answer', ticket: asked, ...answer }),
        (error: unknown) =>
          post({
            type: 'answer',
            ticket: asked,
            status: 500,
            contentType: 'application/json',
            body: JSON.stringify({ error: String(error) }),
          }),
      )
    }
  })
  worker.on('error', (error) => {
    listening.reject(error)
    options.onCrash(error instanceof Error ? error : new Error(String(error)))
  })

  return {
    listening: listening.promise,
    drained: drained.promise,
    post,
    collect: () =>
      new Promise((resolve) => {
        const own = ++ticket
        collecting.set(own, resolve)
        post({ type: 'collect', ticket: own })
      }),
    end: () => worker.terminate(),
  }
}

export const startAcceptors = async (options: AcceptorPoolOptions): Promise<AcceptorPool> => {
  const first = startAcceptor(options, 0, options.settings.port)
  const { port, grpcPort } = await first.listening
  const others = Array.from({ length: options.count - 1 }, (_, index) => startAcceptor(options, index + 1, port))
  await Promise.all(others.map((each) => each.listening))
  const all = [first, ...others]
  return {
    port,
    grpcPort,
    update: (table) => {
      for (const each of all) each.post({ type: 'table', table })
    },
    collect: async () => {
      const collected = await Promise.all(all.map((each) => each.collect()))
      return {
        stats: collected.flatMap((each) => each.stats),
        connections: collected.reduce((sum, each) => sum + each.connections, 0),
      }
    },
    close: async (milliseconds) => {
      for (const each of all) each.post({ type: 'drain' })
      const late = new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref())
      await Promise.race([Promise.all(all.map((each) => each.drained)), late])
      await Promise.all(all.map((each) => each.end()))
    },
  }
}
