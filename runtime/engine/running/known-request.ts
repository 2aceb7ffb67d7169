/** A kind of request that came before, and what its answers look like: all but the numbers of both. */
import { datatypeFacts, elementCount } from '../../protocol/datatypes.ts'
import type { InferRequest } from '../../protocol/infer-request.ts'
import type { AnswerHead } from '../../protocol/infer-response.ts'
import { type RequestTemplate, standsAt, templateOf } from '../../protocol/json/request-template.ts'
import { FLOAT_TEXT } from '../../protocol/numbers/float-writer.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import type { WireRequest } from '../frames/frames.ts'

export interface KnownRequest extends RequestTemplate {
  /** The bytes before each output's elements, and those after the last. */
  answer: Buffer[]
  /** What an answer takes at most. */
  answerBytes: number
}

const answerOf = (
  template: RequestTemplate,
  signature: ModelSignature,
  head: AnswerHead,
): Pick<KnownRequest, 'answer' | 'answerBytes'> => {
  const { id, rows } = template
  let text = `{${head.modelFields}${id === '' ? '' : `,"id":${JSON.stringify(id)}`},"outputs":[`
  const texts: string[] = []
  let size = 0
  template.outputs.forEach(({ index, binary }, position) => {
    const output = signature.outputs[index]
    if (!output) return
    const count = rows * elementCount(output.shape.slice(1))
    text += `${position === 0 ? '' : ','}{"name":${JSON.stringify(output.name)},"datatype":"${output.datatype}","shape":[${[rows, ...output.shape.slice(1)]}],`
    if (binary) {
      const bytes = count * datatypeFacts(output.datatype).size
      size += bytes
      text += `"parameters":{"binary_data_size":${bytes}}}`
    } else {
      size += count * FLOAT_TEXT
      texts.push(`${text}"data":[`)
      text = ']}'
    }
  })
  const answer = [...texts, `${text}]}`].map((each) => Buffer.from(each))
  return { answer, answerBytes: answer.reduce((sum, each) => sum + each.length, size) }
}

const MAX_KNOWN = 4
/** Requests that never look alike are not worth remembering. */
const FRUITLESS = 64

export class KnownRequests {
  private readonly signature: ModelSignature
  private readonly head: AnswerHead
  private readonly capacity: number
  private readonly known: KnownRequest[] = []
  private fruitless = 0

  constructor(signature: ModelSignature, head: AnswerHead, capacity: number) {
    this.signature = signature
    this.head = head
    this.capacity = capacity
  }

  get any(): boolean {
    return this.known.length > 0
  }

  /** What a request begins like; whether it is of that kind shows when its numbers are read. */
  find({ body, jsonLength }: WireRequest): KnownRequest | undefined {
    for (const each of this.known) {
      const [first] = each.literals
      if (!first || each.binary !== (jsonLength !== undefined)) continue
      if (each.binary && jsonLength !== first.length) continue
      if (standsAt(body, 0, body.length, first)) return each
    }
    return undefined
  }

  learn(wire: WireRequest, request: InferRequest): void {
    if (++this.fruitless > FRUITLESS && this.fruitless % FRUITLESS !== 0) return
    const template = templateOf(wire.body, wire.jsonLength, request, this.signature)
    if (!template || template.rows > this.capacity) return
    this.known.unshift({ ...template, ...answerOf(template, this.signature, this.head) })
    if (this.known.length > MAX_KNOWN) this.known.pop()
  }

  /** Everything of a frame was of a kind that is known. */
  foundAll(): void {
    this.fruitless = 0
  }
}
