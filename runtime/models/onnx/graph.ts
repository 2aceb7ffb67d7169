/** onnx.GraphProto and all that hangs on it: nodes, attributes, subgraphs, weights. */
import { refuseMoreThan } from './refusal.ts'
import { elementType } from './tensor-types.ts'
import { type OnnxValue, readValue } from './value-info.ts'
import { BYTES, type Message, VARINT } from './wire.ts'

const MAX_OPERATORS = 10_000
const MAX_VALUES = 100_000
const MAX_INITIALIZERS = 1_000_000
const MAX_EXTERNAL = 1000

export type Operator = { domain: string; name: string; count: number }

/** Unambiguous whatever a domain or a name contains. */
export const operatorKey = (domain: string, name: string): string => `${domain.length}:${domain}${name}`

export type GraphFacts = {
  /** How often each operator is used, subgraphs counted in. */
  operators: Map<string, Operator>
  parameters: number
  weightBytes: number
  /** The places outside the file from which weights would be read. */
  externalData: Set<string>
}

export type MainGraph = { name: string; inputs: OnnxValue[]; outputs: OnnxValue[]; initializers: Set<string> }

export const noFacts = (): GraphFacts => ({
  operators: new Map(),
  parameters: 0,
  weightBytes: 0,
  externalData: new Set(),
})

export const readMainGraph = (message: Message, facts: GraphFacts, graph: MainGraph): void => {
  while (message.next()) {
    if (message.is(2, BYTES)) graph.name = message.text()
    else if (message.is(11, BYTES)) addValue(graph.inputs, message)
    else if (message.is(12, BYTES)) addValue(graph.outputs, message)
    else if (message.is(5, BYTES)) {
      refuseMoreThan(MAX_INITIALIZERS, graph.initializers.size, 'weights')
      graph.initializers.add(readTensor(message.message(), facts))
    } else readGraphField(message, facts)
  }
}

const addValue = (values: OnnxValue[], message: Message): void => {
  refuseMoreThan(MAX_VALUES, values.length, 'inputs or outputs')
  values.push(readValue(message.message()))
}

const readGraphField = (message: Message, facts: GraphFacts): void => {
  if (message.is(1, BYTES)) readNode(message.message(), facts)
  else if (message.is(5, BYTES)) readTensor(message.message(), facts)
  else if (message.is(15, BYTES)) readSparseTensor(message.message(), facts)
}

export const readGraph = (message: Message, facts: GraphFacts): void => {
  while (message.next()) readGraphField(message, facts)
}

export const readNode = (message: Message, facts: GraphFacts): void => {
  let name = ''
  let domain = ''
  while (message.next()) {
    if (message.is(4, BYTES)) name = message.text()
    else if (message.is(7, BYTES)) domain = message.text()
    else if (message.is(5, BYTES)) readAttribute(message.message(), facts)
  }
  countOperator(facts.operators, domain === 'ai.onnx' ? '' : domain, name, 1)
  refuseMoreThan(MAX_OPERATORS, facts.operators.size, 'different operators')
}

export const countOperator = (operators: Map<string, Operator>, domain: string, name: string, count: number): void => {
  const key = operatorKey(domain, name)
  const known = operators.get(key)
  if (known) known.count += count
  else operators.set(key, { domain, name, count })
}

export const readAttribute = (message: Message, facts: GraphFacts): void => {
  while (message.next()) {
    if (message.wire !== BYTES) continue
    if (message.field === 5 || message.field === 10) readTensor(message.message(), facts)
    else if (message.field === 6 || message.field === 11) readGraph(message.message(), facts)
    else if (message.field === 22 || message.field === 23) readSparseTensor(message.message(), facts)
  }
}

const readSparseTensor = (message: Message, facts: GraphFacts): void => {
  while (message.next()) {
    if (message.is(1, BYTES) || message.is(2, BYTES)) readTensor(message.message(), facts)
  }
}

const EXTERNAL = 1n

const sizeOf = (dimension: bigint): number => Math.max(0, Number(dimension))

const readTensor = (message: Message, facts: GraphFacts): string => {
  let name = ''
  let elements = 1
  let element = elementType(1)
  let external = false
  let location: string | undefined
  while (message.next()) {
    if (message.is(8, BYTES)) name = message.text()
    else if (message.is(1, VARINT)) elements *= sizeOf(message.int64())
    else if (message.is(1, BYTES)) for (const size of message.packed()) elements *= size
    else if (message.is(2, VARINT)) element = elementType(Number(message.int64()))
    else if (message.is(14, VARINT)) external = message.int64() === EXTERNAL
    else if (message.is(13, BYTES)) location = readLocation(message.message()) ?? location ?? ''
  }
  facts.parameters += elements
  facts.weightBytes += elements * element.bytes
  if ((external || location !== undefined) && facts.externalData.size < MAX_EXTERNAL)
    facts.externalData.add(location ?? '')
  return name
}

const readLocation = (message: Message): string | undefined => {
  let key = ''
  let value = ''
  while (message.next()) {
    if (message.is(1, BYTES)) key = message.text()
    else if (message.is(2, BYTES)) value = message.text()
  }
  return key === 'location' ? value : undefined
}
