/** A frame of requests in, answers out: parse each, run what fits together, write each. One bad request fails alone. */
import type { TakeMemory, Tensor } from '../../protocol/datatypes.ts'
import { errorBody, InferenceError } from '../../protocol/errors.ts'
import { type InferRequest, parseInferRequest } from '../../protocol/infer-request.ts'
import { type AnswerHead, type InferAnswer, writeInferAnswer } from '../../protocol/infer-response.ts'
import { returnMemory, takeMemory } from '../../protocol/kept-memory.ts'
import { parseGrpcRequest, writeGrpcAnswer } from '../../protocol/protobuf/grpc-infer.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import { bodyKind, type WireAnswer, type WireRequest } from '../frames/frames.ts'
import type { SlotReader } from '../frames/slot-reader.ts'
import type { LabelReader } from '../observing/labels.ts'
import type { Observations } from '../observing/observations.ts'
import type { Session } from '../session/session.ts'
import { type BatchRules, groupForRuns, hasRows, stack, unstack } from './batching.ts'
import type { ReadRequest } from './row-batch.ts'
import type { RowLane } from './row-lane.ts'
import { parseTextRequest, writeTextAnswer } from './text-prediction.ts'

export interface RunnerParts {
  session: Session
  signature: ModelSignature
  rules: BatchRules
  head: AnswerHead
  names: { model: string; version: string }
  tenant: string
  labels: LabelReader
  observations: Observations
  /** Takes what it can before this; learns from the rest. */
  lane: RowLane | undefined
  /** Run on other threads, several at once. */
  elsewhere: boolean
}

interface Work {
  wire: WireRequest
  request: InferRequest
  inputs: Tensor[]
  text: string
  parseMicros: number
  /** Gives back the memory that the inputs lie in. */
  release: () => void
}

const micros = (since: number): number => Math.round((performance.now() - since) * 1000)

const whole = (body: Buffer) => ({ bytes: body, from: 0, to: body.length })

const refusal = (wire: WireRequest, error: unknown, parseMicros = 0): WireAnswer => {
  const known = error instanceof InferenceError ? error : undefined
  const message =
    known?.message ?? `the model failed on this input: ${error instanceof Error ? error.message : 'no reason given'}`
  return {
    id: wire.id,
    status: known?.status ?? 500,
    jsonLength: undefined,
    parseMicros,
    waitMicros: 0,
    runMicros: 0,
    writeMicros: 0,
    batchRows: 0,
    ...whole(Buffer.from(errorBody(message))),
  }
}

type Send = (answers: WireAnswer[]) => void

export interface Runner {
  run: (items: readonly WireRequest[], caller: { prefix: string; slots: SlotReader }, send: Send) => void
  /** The same for requests that were read already. */
  runRead: (requests: readonly ReadRequest[], prefix: string, send: Send) => void
}

const nothing = (): void => {}

export const createRunner = (parts: RunnerParts): Runner => {
  const { session, signature, rules, head, labels, observations, tenant } = parts

  const parse = (received: WireRequest, slots: SlotReader): Work => {
    const start = performance.now()
    const { slot } = received
    const large = slot && slots.read(slot.id, slot.length, received.jsonLength)
    const wire = large ? { ...received, body: large.body } : received
    const release = large?.release ?? nothing
    try {
      return { ...parseBody(wire, start, large?.take), release }
    } catch (error) {
      release()
      throw error
    }
  }

  const parseBody = (wire: WireRequest, start: number, take?: TakeMemory): Omit<Work, 'release'> => {
    if (wire.kind === bodyKind.predict) {
      const request = parseTextRequest(wire.body, signature)
      return { wire, request, inputs: request.inputs, text: request.text, parseMicros: micros(start) }
    }
    const request =
      wire.kind === bodyKind.grpc
        ? parseGrpcRequest(wire.body, signature)
        : parseInferRequest(wire.body, wire.jsonLength, signature, take)
    parts.lane?.learn(wire, request)
    return { wire, request, inputs: request.inputs, text: '', parseMicros: micros(start) }
  }

  const write = (work: Work, outputs: readonly Tensor[]): InferAnswer => {
    if (work.wire.kind === bodyKind.predict) return writeTextAnswer(work.text, labels.predictions(outputs)[0], tenant)
    if (work.wire.kind === bodyKind.grpc) return writeGrpcAnswer(parts.names, head, work.request, outputs)
    return writeInferAnswer(head, work.request, outputs, takeMemory)
  }

  const answer = (
    work: Work,
    outputs: readonly Tensor[],
    timing: { runMicros: number; batchRows: number; began: number },
    prefix: string,
  ): WireAnswer => {
    const start = performance.now()
    try {
      const { body, jsonLength } = write(work, outputs)
      observations.observe(nameOf(work, prefix), work.inputs, outputs)
      return {
        id: work.wire.id,
        status: 200,
        jsonLength: jsonLength < 0 ? undefined : jsonLength,
        parseMicros: work.parseMicros,
        waitMicros: Math.max(0, Math.round((start - timing.began) * 1000) - timing.runMicros),
        runMicros: timing.runMicros,
        writeMicros: micros(start),
        batchRows: timing.batchRows,
        ...whole(body),
      }
    } catch (error) {
      return refusal(work.wire, error, work.parseMicros)
    }
  }

  const nameOf = (work: Work, prefix: string): string =>
    work.request.id || work.wire.name || `${prefix}${work.wire.id.toString(36)}`

  const split = (group: readonly Work[], outputs: Tensor[]): Tensor[][] => {
    if (group.length === 1) return [outputs]
    const rows = group.map((work) => work.inputs[0]?.shape[0] ?? 0)
    const total = rows.reduce((sum, each) => sum + each, 0)
    if (!hasRows(outputs, total)) throw new Error('the outputs of a batch have another number of rows than its inputs')
    return unstack(outputs, rows)
  }

  const inputsOf = (group: readonly Work[]): Tensor[] => {
    const [only] = group
    return group.length === 1 && only ? only.inputs : stack(group.map((work) => work.inputs))
  }

  const rowsIn = (group: readonly Work[]): number => {
    let rows = 0
    for (const work of group) rows += work.inputs[0]?.shape[0] ?? 1
    return rows
  }

  const answerAll = (
    group: readonly Work[],
    outputs: Tensor[],
    start: number,
    began: number,
    prefix: string,
  ): WireAnswer[] => {
    const timing = { runMicros: micros(start), batchRows: rowsIn(group), began }
    const parted = split(group, outputs)
    const answers = group.map((work, index) => answer(work, parted[index] ?? [], timing, prefix))
    for (const { data } of outputs) if (!Array.isArray(data)) returnMemory(data.buffer)
    return answers
  }

  /** When a batch fails, each of its members runs alone, so that only the culprit gets the error. */
  const runHere = (group: readonly Work[], began: number, prefix: string): WireAnswer[] => {
    const start = performance.now()
    try {
      return answerAll(group, session.run(inputsOf(group)), start, began, prefix)
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) return [refusal(only.wire, error, only.parseMicros)]
      return group.flatMap((work) => runHere([work], began, prefix))
    }
  }

  const runThere = async (group: readonly Work[], began: number, prefix: string): Promise<WireAnswer[]> => {
    const start = performance.now()
    try {
      const outputs = await (session.runElsewhere?.(inputsOf(group)) ?? session.run(inputsOf(group)))
      return answerAll(group, outputs, start, began, prefix)
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) return [refusal(only.wire, error, only.parseMicros)]
      return group.flatMap((work) => runHere([work], began, prefix))
    }
  }

  const runGroups = (ready: readonly Work[], began: number, prefix: string, send: Send): void => {
    const answers: WireAnswer[] = []
    for (const group of groupForRuns(ready, rules)) {
      const release = (): void => {
        for (const work of group) work.release()
      }
      if (parts.elsewhere) void runThere(group, began, prefix).then(send).finally(release)
      else {
        for (const each of runHere(group, began, prefix)) answers.push(each)
        release()
      }
    }
    if (answers.length > 0) send(answers)
  }

  return {
    run: (items, { prefix, slots }, send) => {
      const began = performance.now()
      const refusals: WireAnswer[] = []
      const ready: Work[] = []
      for (const wire of items) {
        const start = performance.now()
        try {
          ready.push(parse(wire, slots))
        } catch (error) {
          const known = error instanceof InferenceError ? error : new InferenceError(400, String(error))
          refusals.push(refusal(wire, known, micros(start)))
        }
      }
      if (refusals.length > 0) send(refusals)
      runGroups(ready, began, prefix, send)
    },
    runRead: (requests, prefix, send) => {
      const ready = requests.map((each) => ({ ...each, inputs: each.request.inputs, text: '', release: nothing }))
      runGroups(ready, performance.now(), prefix, send)
    },
  }
}
