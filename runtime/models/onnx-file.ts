/**
 * What a model file says about itself, read without running or loading it. The bytes come from strangers: every length
 * is checked, depth and work are bounded, weights are stepped over, and whatever cannot be read ends in a refusal
 * that says why and what to do. Nothing here throws because of what a file contains.
 */
import { open } from 'node:fs/promises'
import { ByteWindow } from './onnx/byte-window.ts'
import { recognise } from './onnx/file-kinds.ts'
import { type ModelFunction, unfold } from './onnx/functions.ts'
import {
  countOperator,
  type GraphFacts,
  type MainGraph,
  noFacts,
  type Operator,
  operatorKey,
  readAttribute,
  readGraph,
  readMainGraph,
  readNode,
} from './onnx/graph.ts'
import { EXPORT_AGAIN, OnnxRefusal, type Refusal, refuse, refuseMoreThan } from './onnx/refusal.ts'
import type { OnnxValue } from './onnx/value-info.ts'
import { BYTES, Message, newBudget, VARINT } from './onnx/wire.ts'

export type { Operator } from './onnx/graph.ts'
export type { Refusal, RefusalReason } from './onnx/refusal.ts'
export type { Dimension, OnnxValue } from './onnx/value-info.ts'

export type OnnxModel = {
  irVersion: number
  producer: string
  opsets: { domain: string; version: number }[]
  /** metadata_props; an object without a prototype. */
  metadata: Record<string, string>
  graphName: string
  /** What a caller has to send: inputs that have no initial value in the file. */
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  nodes: number
  operators: Operator[]
  functions: { domain: string; name: string }[]
  recursiveFunctions: string[]
  /** Nodes once all functions are unfolded. */
  unfoldedNodes: number
  /** Elements of all weights, and the memory they take. */
  parameters: number
  weightBytes: number
  externalData: string[]
}

export type OnnxReading = { ok: true; model: OnnxModel } | { ok: false; refusal: Refusal }

/** Protocol Buffers hold no more than 2 GB in one message. */
const MAX_FILE_BYTES = 2 ** 31 - 1

export const readOnnx = (bytes: Uint8Array): OnnxReading => read(ByteWindow.ofBytes(bytes))

export const readOnnxFile = async (path: string): Promise<OnnxReading> => {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  return read(ByteWindow.ofFile(file.fd, size))
}

const read = (window: ByteWindow): OnnxReading => {
  try {
    if (window.size === 0) refuse('empty', 'The file is empty.', 'Upload the exported .onnx file.')
    if (window.size > MAX_FILE_BYTES)
      refuse(
        'too-large',
        `The file has ${window.size} bytes; an ONNX file has at most 2 GB.`,
        'Quantize or split the model.',
      )
    const known = recognise(window.slice(0, Math.min(window.size, 512)))
    if (known) refuse('not-onnx', `The file is ${known.what}, not an ONNX model.`, known.remedy)
    return { ok: true, model: readModel(new Message(window, 0, window.size, newBudget())) }
  } catch (error) {
    if (error instanceof OnnxRefusal) return { ok: false, refusal: error.refusal }
    throw error
  }
}

const readModel = (message: Message): OnnxModel => {
  let irVersion = 0
  let producer = ''
  let hasGraph = false
  let properties = 0
  const opsets: OnnxModel['opsets'] = []
  const metadata: Record<string, string> = Object.create(null)
  const facts = noFacts()
  const graph: MainGraph = { name: '', inputs: [], outputs: [], initializers: new Set() }
  const functions: (ModelFunction & { domain: string; name: string })[] = []

  try {
    while (message.next()) {
      refuseMoreThan(1000, opsets.length, 'operator sets')
      refuseMoreThan(100_000, functions.length, 'functions')
      refuseMoreThan(100_000, properties, 'metadata entries')
      if (message.is(1, VARINT)) irVersion = Number(message.int64())
      else if (message.is(2, BYTES)) producer = message.text()
      else if (message.is(7, BYTES)) {
        hasGraph = true
        readMainGraph(message.message(), facts, graph)
      } else if (message.is(8, BYTES)) opsets.push(readOpset(message.message()))
      else if (message.is(14, BYTES)) {
        properties += 1
        readProperty(message.message(), metadata)
      } else if (message.is(20, BYTES)) readTraining(message.message(), facts)
      else if (message.is(25, BYTES)) functions.push(readFunction(message.message(), facts))
    }
  } catch (error) {
    // Bytes of which not even the beginning made sense are no damaged model, they are no model.
    if (error instanceof OnnxRefusal && error.refusal.reason !== 'too-complex' && irVersion === 0 && !hasGraph)
      notOnnx()
    throw error
  }
  if (irVersion < 1 || !hasGraph) notOnnx()

  const { nodes: unfoldedNodes, recursive } = unfold(facts, functions)
  return {
    irVersion,
    producer,
    opsets,
    metadata,
    graphName: graph.name,
    inputs: graph.inputs.filter((input) => !graph.initializers.has(input.name)),
    outputs: graph.outputs,
    nodes: [...facts.operators.values()].reduce((sum, { count }) => sum + count, 0),
    operators: operatorsOf([facts, ...functions.map((own) => own.facts)]),
    functions: functions.map(({ domain, name }) => ({ domain, name })),
    recursiveFunctions: functions
      .filter(({ key }) => recursive.includes(key))
      .map(({ domain, name }) => (domain ? `${domain}.${name}` : name)),
    unfoldedNodes,
    parameters: facts.parameters,
    weightBytes: facts.weightBytes,
    externalData: [...facts.externalData],
  }
}

const notOnnx = (): never =>
  refuse('not-onnx', 'The file is not an ONNX model: it has no IR version and no graph.', EXPORT_AGAIN)

const readOpset = (message: Message): { domain: string; version: number } => {
  const opset = { domain: '', version: 0 }
  while (message.next()) {
    if (message.is(1, BYTES)) opset.domain = message.text()
    else if (message.is(2, VARINT)) opset.version = Number(message.int64())
  }
  return opset
}

const readProperty = (message: Message, metadata: Record<string, string>): void => {
  let key = ''
  let value = ''
  while (message.next()) {
    if (message.is(1, BYTES)) key = message.text()
    else if (message.is(2, BYTES)) value = message.text()
  }
  metadata[key] = value
}

const readTraining = (message: Message, facts: GraphFacts): void => {
  while (message.next()) {
    if (message.is(1, BYTES) || message.is(2, BYTES)) readGraph(message.message(), facts)
  }
}

/** A function's operators are its own; weights in its constants and places it would read count for the whole model. */
const readFunction = (message: Message, model: GraphFacts): ModelFunction & { domain: string; name: string } => {
  let name = ''
  let domain = ''
  const facts: GraphFacts = { ...noFacts(), externalData: model.externalData }
  while (message.next()) {
    if (message.is(1, BYTES)) name = message.text()
    else if (message.is(10, BYTES)) domain = message.text()
    else if (message.is(7, BYTES)) readNode(message.message(), facts)
    else if (message.is(11, BYTES)) readAttribute(message.message(), facts)
  }
  model.parameters += facts.parameters
  model.weightBytes += facts.weightBytes
  return { key: operatorKey(domain, name), domain, name, facts }
}

const operatorsOf = (all: readonly GraphFacts[]): Operator[] => {
  const operators: GraphFacts['operators'] = new Map()
  for (const facts of all) {
    for (const { domain, name, count } of facts.operators.values()) countOperator(operators, domain, name, count)
  }
  return [...operators.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
}
