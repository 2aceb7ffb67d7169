/**
 * The short way through an engine, for what most requests are: rows of numbers, put the way the same client put them
 * before. Numbers go from the frame straight into the memory the model reads, all rows run at once, and answers are
 * written straight into the frame that goes back. A run that takes long is another thread's, so that the next requests
 * are read meanwhile. Whatever is not of this kind, or fails, takes the ordinary way.
 */
import { datatypeFacts, elementCount } from '../../protocol/datatypes.ts'
import type { InferRequest } from '../../protocol/infer-request.ts'
import type { AnswerHead } from '../../protocol/infer-response.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import { bodyKind, type WireRequest } from '../frames/frames.ts'
import type { Observations } from '../observing/observations.ts'
import { type KnownRequest, KnownRequests } from './known-request.ts'
import { type Caller, RowBatch } from './row-batch.ts'
import type { RowMemory } from './row-memory.ts'

export interface RowLaneParts {
  capacity: number
  makeMemory: () => RowMemory
  /** As many runs may be under way on other threads at once. */
  threads: number
  /** What a run of one row takes. */
  aloneMicros: number
  signature: ModelSignature
  head: AnswerHead
  observations: Observations
}

export interface RowLane {
  /** Answers what it can, now or later; returns the rest. */
  run: (items: readonly WireRequest[], caller: Caller) => readonly WireRequest[]
  /** Told of a request that took the ordinary way. */
  learn: (wire: WireRequest, request: InferRequest) => void
}

const MAX_MEMORY = 16_777_216
/** Handing a run to another thread and being told of its end costs some tens of microseconds. */
const WORTH_A_THREAD_MICROS = 150
/**
 * A run on another thread is not made longer than this, or than so many runs of one row: more rows would hardly be
 * cheaper, and while they run those of the next batch could be answered and come back.
 */
const ENOUGH_MICROS = 350
const ENOUGH_RUNS = 6
/**
 * Of the last run in what the next one is expected to take. One that took longer counts less: it may have waited for a
 * core, and where cores are short, batches must not become shorter for it.
 */
const NEWEST = { faster: 0.2, slower: 0.02 }

/** How many rows the lane has room for; 0 where it cannot be used. */
export const rowCapacity = ({ inputs, outputs }: ModelSignature, maxBatch: number): number => {
  // Any byte but 0 is true in a binary body, and the model must get 1.
  if (inputs.some((each) => each.datatype === 'BOOL' || each.anyRank)) return 0
  const rowBytes = [...inputs, ...outputs].reduce(
    (sum, each) => sum + elementCount(each.shape.slice(1)) * datatypeFacts(each.datatype).size,
    1,
  )
  return Math.min(maxBatch, Math.floor(MAX_MEMORY / rowBytes))
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

export const createRowLane = (parts: RowLaneParts): RowLane => {
  const { signature, head, observations, capacity, threads } = parts
  const enoughMicros = Math.max(ENOUGH_MICROS, ENOUGH_RUNS * parts.aloneMicros)
  const known = new KnownRequests(signature, head, capacity)
  const makeBatch = (): RowBatch => new RowBatch({ memory: parts.makeMemory(), signature, observations })
  const spare: RowBatch[] = []
  /** Full, and waiting for a thread. */
  const waiting: RowBatch[] = []
  /** Takes what comes until it is full or a thread is free. */
  let open = makeBatch()
  let underWay = 0
  let rowMicros = 0
  let broken = false

  const openAnother = (): void => {
    open = spare.pop() ?? makeBatch()
  }

  const learnTime = (batch: RowBatch, began: number): number => {
    const micros = (performance.now() - began) * 1000
    const change = micros / batch.rows - rowMicros
    if (rowMicros === 0) rowMicros = change
    else rowMicros += change * (change < 0 ? NEWEST.faster : NEWEST.slower)
    return Math.round(micros)
  }

  const end = (batch: RowBatch, runMicros: number, fault?: Error): void => {
    try {
      if (fault) throw fault
      batch.answer(runMicros)
    } catch (error) {
      // The ordinary way runs each alone where it must, so that only the culprit fails.
      if (error instanceof Error && /shape|dimension/i.test(error.message)) broken = true
      batch.giveUp()
    }
    batch.clear()
    spare.push(batch)
  }

  const runHere = (batch: RowBatch): void => {
    const began = performance.now()
    let fault: Error | undefined
    try {
      batch.run()
    } catch (error) {
      fault = asError(error)
    }
    end(batch, learnTime(batch, began), fault)
  }

  const runElsewhere = async (batch: RowBatch): Promise<void> => {
    const began = performance.now()
    underWay++
    let fault: Error | undefined
    try {
      await batch.runElsewhere()
    } catch (error) {
      fault = asError(error)
    }
    underWay--
    const micros = learnTime(batch, began)
    // What runs next does so while these answers are written.
    runNext(true)
    end(batch, micros, fault)
    runNext(false)
  }

  const takesLong = (batch: RowBatch): boolean => batch.rows * rowMicros > WORTH_A_THREAD_MICROS

  const isFullFor = ({ rows }: KnownRequest): boolean =>
    open.rows > 0 && (open.rows + rows > capacity || open.rows * rowMicros > enoughMicros)

  const runNext = (elsewhereOnly: boolean): void => {
    while (underWay < threads) {
      const next = waiting[0] ?? open
      const long = takesLong(next)
      if (next.rows === 0 || (elsewhereOnly && !long)) return
      if (next === open) openAnother()
      else waiting.shift()
      if (long) void runElsewhere(next)
      else runHere(next)
    }
  }

  const knownAs = (wire: WireRequest): KnownRequest | undefined => {
    if (broken || wire.kind !== bodyKind.infer || wire.slot) return undefined
    const found = known.find(wire)
    return found && found.rows <= capacity ? found : undefined
  }

  const run = (items: readonly WireRequest[], caller: Caller): readonly WireRequest[] => {
    if (broken || !known.any) return items
    const cameAt = performance.now()
    const left: WireRequest[] = []
    let before = cameAt
    for (const wire of items) {
      const found = knownAs(wire)
      if (found && isFullFor(found)) {
        waiting.push(open)
        openAnother()
        runNext(false)
      }
      if (found && open.take({ caller, wire, known: found, cameAt }, before)) before = performance.now()
      else left.push(wire)
    }
    runNext(false)
    if (left.length === 0) known.foundAll()
    return left
  }

  return {
    run,
    learn: (wire, request) => {
      if (!broken && wire.kind === bodyKind.infer && !wire.slot) known.learn(wire, request)
    },
  }
}
