/** A worker thread that accepts connections. It reads heads and bodies, waits for engines and writes answers: no more. */
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { createAuthorizer } from '../auth/auth.ts'
import { startGrpcServer } from '../grpc/grpc-server.ts'
import { Dispatcher } from '../queue/dispatcher.ts'
import { limitsOn } from '../queue/limits.ts'
import { requestWatch } from '../telemetry/request-watch.ts'
import type { AcceptorSettings, FromAcceptor, ToAcceptor } from './acceptor-messages.ts'
import { tick } from './clock.ts'
import { inferRoute } from './infer-route.ts'
import { Refusals } from './refusals.ts'
import { recorder } from './request-note.ts'
import { type Ask, createRouter } from './routes.ts'
import { Wakings } from './wakings.ts'
import { socketAdopter } from './wire/adopt-socket.ts'
import { Connection } from './wire/connection.ts'

const port = parentPort
if (!port) throw new Error('an acceptor is a worker thread')
const settings: AcceptorSettings = workerData
const tell = (message: FromAcceptor): void => port.postMessage(message)

const SWEEP_MILLISECONDS = 20
const ASK_TIMEOUT = 5000

const limits = limitsOn(settings.limits)
// Names that this acceptor gives to requests start with something no other acceptor or run uses.
const prefix = `${settings.index.toString(36)}${Date.now().toString(36)}-`
const dispatcher = new Dispatcher({
  prefix,
  limits,
  tenantConcurrency: settings.tenantConcurrency,
  weightOf: (tenant) => settings.tenantWeights[tenant] ?? 1,
  onStuck: (key) => tell({ type: 'stuck', key }),
  onWanted: (model) => tell({ type: 'wanted', model }),
})
dispatcher.update(settings.table)

let ticket = 0
const asked = new Map<number, (answer: Awaited<ReturnType<Ask>>) => void>()
const ask: Ask = (question) =>
  new Promise((resolve, reject) => {
    const own = ++ticket
    const timer = setTimeout(() => {
      asked.delete(own)
      reject(new Error('the server is too busy to answer this now'))
    }, ASK_TIMEOUT)
    asked.set(own, (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    tell({ type: 'ask', ticket: own, question })
  })

let draining = false

const { watch, take, renew } = requestWatch(settings.watch)
const onAnswered = recorder(watch)
const report = (): void => {
  const watched = take()
  if (watched) tell({ type: 'watched', watched })
}

const authorize = createAuthorizer(settings.auth)
const refusals = new Refusals({
  now: () => performance.now(),
  after: (milliseconds, run) => setTimeout(run, milliseconds),
})
const wakings = new Wakings((name) => dispatcher.model(name))
const router = createRouter({
  dispatcher,
  infer: inferRoute(
    {
      dispatcher,
      limits,
      maxBodyBytes: settings.maxBodyBytes,
      bodyBudgetBytes: settings.bodyBudgetBytes,
      prefix,
      watch,
      onAnswered,
    },
    refusals,
    wakings,
  ),
  ask,
  authorize,
  draining: () => draining,
})

const connections = new Set<Connection>()
const adopt = socketAdopter()
const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
  const { socket, read } = adopt(accepted)
  const connection = new Connection(socket, router, onAnswered)
  connections.add(connection)
  socket.on('close', () => connections.delete(connection))
  read((bytes, length) => connection.push(bytes, length))
})
server.maxConnections = settings.maxConnections
server.on('error', (error) => tell({ type: 'failed', message: error.message }))
let closeGrpc = async (): Promise<void> => {}
const startGrpc = async (): Promise<number | undefined> => {
  if (settings.grpcPort === undefined) return undefined
  const { host, maxBodyBytes, bodyBudgetBytes } = settings
  const grpc = await startGrpcServer({
    host,
    port: settings.grpcPort,
    tls: settings.grpcTls,
    maxBodyBytes,
    bodyBudgetBytes,
    limits,
    refusals,
    wakings,
    dispatcher,
    ask,
    authorize,
    watch,
    draining: () => draining,
  })
  closeGrpc = grpc.close
  return grpc.port
}

server.listen({ host: settings.host, port: settings.port, reusePort: true, backlog: 4096 }, () => {
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : settings.port
  startGrpc().then(
    (grpcPort) => tell({ type: 'listening', port: bound, grpcPort }),
    (error: unknown) => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  )
})

setInterval(() => {
  tick()
  const now = performance.now()
  dispatcher.sweep(now)
  wakings.sweep(now)
  report()
}, SWEEP_MILLISECONDS)
setInterval(() => {
  renew()
  const now = Date.now()
  for (const connection of connections) connection.sweep(now)
}, 1000)

const drain = (): void => {
  draining = true
  server.close()
  let talking = true
  void closeGrpc().then(() => {
    talking = false
  })
  const check = setInterval(() => {
    for (const connection of connections) connection.closeWhenIdle()
    if (connections.size > 0 || talking) return
    clearInterval(check)
    dispatcher.slots.close()
    report()
    tell({ type: 'drained' })
  }, 20)
}

port.on('message', (message: ToAcceptor) => {
  if (message.type === 'table') dispatcher.update(message.table)
  else if (message.type === 'collect') {
    tell({ type: 'collected', ticket: message.ticket, stats: dispatcher.collect(), connections: connections.size })
  } else if (message.type === 'answer') {
    asked.get(message.ticket)?.(message)
    asked.delete(message.ticket)
  } else drain()
})
