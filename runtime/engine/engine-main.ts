/**
 * An engine: one process, one version of one model. It is told what to load over the channel it was started with, then
 * listens on a Unix socket for the acceptors. It may crash, hang or leak; its supervisor expects nothing better.
 */

import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { socketAdopter } from '../http/wire/adopt-socket.ts'
import { rememberedPredictions } from '../metrics/feedback/remembered-predictions.ts'
import { tokenCounter } from '../metrics/text-tokens.ts'
import { frameReader } from './frames/frame-reader.ts'
import { FrameWriter, readRequests, sendAnswers, type WireAnswer } from './frames/frames.ts'
import { type SlotReader, slotReader } from './frames/slot-reader.ts'
import { type FromEngine, type LoadOrder, ToEngine } from './lifecycle/messages.ts'
import { labelReader } from './observing/labels.ts'
import { type Observations, observations } from './observing/observations.ts'
import { shapesMayVary } from './running/batching.ts'
import type { Caller, ReadRequest } from './running/row-batch.ts'
import { createRowLane, type RowLane, rowCapacity } from './running/row-lane.ts'
import { createRunner, type Runner } from './running/runner.ts'
import { textInput } from './running/text-prediction.ts'
import { loadModel } from './session/load-model.ts'

const tell = (message: FromEngine): void => {
  process.send?.(message)
}

const WORTH_A_THREAD_MICROS = 300

/** Batches of rows that are read while others run, so that no thread waits for the next. */
const AHEAD = 2

let seen: Observations | undefined
let retiring = false
let ownFolder: string | undefined
const sockets = new Set<Socket>()

const leaveWhenAlone = (): void => {
  if (retiring && sockets.size === 0) process.exit(0)
}

const adopt = socketAdopter()

const serve = (accepted: Socket, runner: Runner, lane: RowLane | undefined, elsewhere: boolean): void => {
  const { socket, read } = adopt(accepted)
  const writer = new FrameWriter(socket)
  // The first line an acceptor sends is the prefix of its request names, and the folder of its large bodies.
  let caller: (Caller & { slots: SlotReader }) | undefined
  const send = (answers: readonly WireAnswer[]): void => sendAnswers(writer, answers)
  const frames = frameReader((bytes, from, length, count) => {
    if (!caller) return
    // Runs on other threads read their inputs when this memory holds the next frame already.
    if (elsewhere) runner.run(readRequests(Buffer.from(bytes.subarray(from, from + length)), 0, count), caller, send)
    else {
      const items = readRequests(bytes, from, count)
      const left = lane ? lane.run(items, caller) : items
      if (left.length > 0) runner.run(left, caller, send)
    }
  })
  read((bytes, length) => {
    if (caller !== undefined) return frames(bytes, length)
    const end = bytes.subarray(0, length).indexOf(0x0a)
    const [prefix = '', folder = ''] = bytes.toString('latin1', 0, end).split(' ')
    const failed = (requests: ReadRequest[]): void => runner.runRead(requests, prefix, send)
    caller = { prefix, slots: slotReader(folder), writer, failed }
    if (end + 1 < length) frames(Buffer.from(bytes.subarray(end + 1, length)), length - end - 1)
  })
  socket.on('error', () => socket.destroy())
  sockets.add(socket)
  socket.on('close', () => {
    sockets.delete(socket)
    leaveWhenAlone()
  })
}

const load = async (order: LoadOrder): Promise<void> => {
  if (/\/modelyard-engine-[A-Za-z0-9]{6}$/.test(dirname(order.socket))) ownFolder = dirname(order.socket)
  const { session, signature, warm, intraOpThreads } = await loadModel(order.path)
  // Handing a run to another thread costs about thirty microseconds, which only longer runs are worth.
  const elsewhere =
    session.runElsewhere !== undefined && (warm.runMicros ?? Number.POSITIVE_INFINITY) > WORTH_A_THREAD_MICROS
  const labels = labelReader(signature, order.monitoring)
  seen = observations(labels, order.monitoring, rememberedPredictions(order.memory), tokenCounter(signature))
  const head = {
    modelFields: `"model_name":${JSON.stringify(order.name)},"model_version":${JSON.stringify(order.version)}`,
    labels: labels.labels,
  }
  const capacity = warm.batchable && !elsewhere ? rowCapacity(signature, order.maxBatch) : 0
  const makeMemory = capacity > 0 ? session.rowMemory?.(capacity) : undefined
  const threads = Math.max(1, order.lanes - 1)
  const lane =
    makeMemory &&
    createRowLane({
      capacity,
      makeMemory,
      threads,
      aloneMicros: warm.runMicros ?? 0,
      signature,
      head,
      observations: seen,
    })
  const runner = createRunner({
    session,
    signature,
    rules: { batchable: warm.batchable, maxBatch: order.maxBatch, shapesVary: shapesMayVary(signature.inputs) },
    head,
    lane,
    names: { model: order.name, version: order.version },
    tenant: order.tenant,
    labels,
    observations: seen,
    elsewhere,
  })
  createServer({ pauseOnConnect: true }, (socket) => serve(socket, runner, lane, elsewhere)).listen(order.socket, () =>
    tell({
      type: 'ready',
      signature,
      implementation: session.implementation,
      batchable: warm.batchable,
      lanes: elsewhere ? (intraOpThreads === 1 ? order.lanes : 1) : lane ? threads + AHEAD : 1,
      ...(warm.runMicros !== undefined && { runMicros: warm.runMicros }),
      takesText: textInput(signature) !== undefined && labels.dimension !== 'none',
      dimension: labels.dimension,
    }),
  )
}

process.on('message', (raw) => {
  const message = ToEngine.parse(raw)
  if (message.type === 'load') {
    load(message).catch((error: unknown) => {
      tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
    })
  } else if (message.type === 'flush') {
    const observed = seen?.flush()
    tell({
      type: 'observed',
      ticket: message.ticket,
      predictions: observed?.predictions ?? {},
      ...(observed?.drift && { drift: observed.drift }),
      tokens: observed?.tokens ?? 0,
      residentBytes: process.memoryUsage.rss(),
    })
  } else if (message.type === 'retire') {
    retiring = true
    leaveWhenAlone()
  } else {
    const predicted = seen?.predictedFor(message.request)
    tell({ type: 'feedback', ticket: message.ticket, ...(predicted !== undefined && { predicted }) })
  }
})

// A signal to the whole group, as Ctrl-C sends it, is for the supervisor, who lets requests finish first.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

// Its folder holds nothing but its socket. Who started it removes it too, unless that was killed.
// It is known by its socket: started by hand somewhere else, this must touch nothing.
process.on('exit', () => {
  seen?.flush()
  if (ownFolder !== undefined) rmSync(ownFolder, { recursive: true, force: true })
})

// Without its supervisor an engine has no purpose.
process.on('disconnect', () => process.exit(0))

try {
  // When memory runs out, this process goes before the server does.
  writeFileSync('/proc/self/oom_score_adj', '600')
} catch {
  // Only Linux has it.
}
