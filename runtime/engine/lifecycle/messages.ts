/** What the supervisor and an engine say to one another beside the requests; over Node's channel between processes. */
import { z } from 'zod'
import { Monitoring } from '#server/contracts/inference/monitoring.ts'
import { type Datatype, isDatatype } from '../../protocol/datatypes.ts'

const TensorSignature = z.object({
  name: z.string(),
  datatype: z.custom<Datatype>((value) => isDatatype(value)),
  shape: z.array(z.int()),
  anyRank: z.boolean().optional(),
})

export const ModelSignature = z.object({
  inputs: z.array(TensorSignature),
  outputs: z.array(TensorSignature),
  parameters: z.record(z.string(), z.string()),
})

export const LoadOrder = z.object({
  type: z.literal('load'),
  name: z.string(),
  version: z.string(),
  tenant: z.string(),
  path: z.string(),
  socket: z.string(),
  maxBatch: z.int(),
  lanes: z.int(),
  monitoring: Monitoring,
  /** Where it writes down what it predicted; empty for nowhere. */
  memory: z.string(),
})

export const ToEngine = z.discriminatedUnion('type', [
  LoadOrder,
  z.object({ type: z.literal('flush'), ticket: z.int() }),
  /** Nobody new will come: end when the last acceptor has hung up. */
  z.object({ type: z.literal('retire') }),
  z.object({ type: z.literal('feedback'), ticket: z.int(), request: z.string() }),
])

export const FromEngine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    signature: ModelSignature,
    implementation: z.string(),
    batchable: z.boolean(),
    lanes: z.int(),
    runMicros: z.number().optional(),
    takesText: z.boolean(),
    dimension: z.enum(['label', 'risk_level', 'none']),
  }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
  z.object({
    type: z.literal('observed'),
    ticket: z.int(),
    predictions: z.record(z.string(), z.number()),
    drift: z.record(z.string(), z.array(z.number())).optional(),
    tokens: z.number(),
    residentBytes: z.number(),
  }),
  z.object({ type: z.literal('feedback'), ticket: z.int(), predicted: z.string().optional() }),
])

export type LoadOrder = z.infer<typeof LoadOrder>
export type ToEngine = z.infer<typeof ToEngine>
export type FromEngine = z.infer<typeof FromEngine>
export type ReadyMessage = Extract<FromEngine, { type: 'ready' }>
