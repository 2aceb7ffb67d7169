import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { bodyKind } from '../engine/frames/frames.ts'
import { inferRoute } from '../http/infer-route.ts'
import { Refusals } from '../http/refusals.ts'
import type { RouteTable, VersionRoute } from '../http/route-table.ts'
import { Wakings } from '../http/wakings.ts'
import { Connection } from '../http/wire/connection.ts'
import { InferenceError } from '../protocol/errors.ts'
import { Dispatcher } from '../queue/dispatcher.ts'
import { createSharedLimits, limitsOn } from '../queue/limits.ts'
import { requestWatch } from '../telemetry/request-watch.ts'
import { versionRoute } from '../testing/routes.ts'
import { until } from '../testing/until.ts'

const PATIENCE = 20_000
const request = `POST /v2/models/iris/infer HTTP/1.1\r\nX-Request-Timeout-Ms: ${PATIENCE}\r\nContent-Length: 2\r\n\r\n{}`

const tableWith = (version: Partial<VersionRoute>): RouteTable => ({
  ready: true,
  textModel: '',
  models: [
    {
      name: 'iris',
      tenant: 'ml',
      slot: 0,
      concurrency: 8,
      requestsPerSecond: Number.POSITIVE_INFINITY,
      timeoutMilliseconds: 30_000,
      versions: [versionRoute(version)],
    },
  ],
})

/** Where no engine answers, one acceptor's way from the wire to the queue; says how much time each request had left there. */
const start = async () => {
  const limits = limitsOn(createSharedLimits())
  const dispatcher = new Dispatcher({
    prefix: 'test-',
    limits,
    tenantConcurrency: 8,
    weightOf: () => 1,
    onStuck: () => {},
    onWanted: () => {},
  })
  const times: number[] = []
  vi.spyOn(dispatcher, 'submit').mockImplementation((call) => {
    times.push(call.patience)
    call.freeBody()
    call.failed(new InferenceError(503, 'there is no engine here'))
  })
  const wakings = new Wakings((name) => dispatcher.model(name))
  const { watch } = requestWatch({ traceShare: undefined, logShare: 0 })
  const settings = { dispatcher, limits, maxBodyBytes: 1000, bodyBudgetBytes: 1000, prefix: 'test-', watch }
  const refusals = new Refusals({
    now: () => performance.now(),
    after: (milliseconds, run) => setTimeout(run, milliseconds),
  })
  const infer = inferRoute({ ...settings, onAnswered: () => {} }, refusals, wakings)
  let begun = 0
  const server = createServer((socket) => {
    const connection = new Connection(socket, (exchange) => {
      begun++
      const model = dispatcher.model('iris')
      if (model) infer(exchange, { model, version: undefined, kind: bodyKind.infer }, 'ml')
    })
    socket.on('data', (bytes) => connection.push(bytes, bytes.length))
  })
  const path = join(tmpdir(), `waiting-${process.pid}.sock`)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const client = connect(path)
  let answers = 0
  client.on('data', (text) => {
    answers += text.toString().split('HTTP/1.1 503').length - 1
  })
  onTestFinished(() => {
    client.destroy()
    server.close()
    dispatcher.update({ models: [], ready: true, textModel: '' })
  })
  return {
    dispatcher,
    wakings,
    times,
    ask: () => client.write(request),
    begun: (count: number) => until('it has come', () => begun === count),
    answered: (count: number) => until('it is answered', () => answers === count),
  }
}

it('gives the next request on a connection all its time, when the one before has waited for a load', async () => {
  const { dispatcher, wakings, times, ask, begun, answered } = await start()
  dispatcher.update(tableWith({ waking: true }))
  ask()
  await begun(1)
  const since = performance.now()
  await until('it has waited a while', () => performance.now() > since + 30)
  dispatcher.update(tableWith({ state: 'Ready', socket: join(tmpdir(), 'no-engine.sock') }))
  wakings.sweep(performance.now())
  await answered(1)
  ask()
  await answered(2)
  expect(times[0]).toBeLessThanOrEqual(PATIENCE - 30)
  expect(times[1]).toBe(PATIENCE)
})
