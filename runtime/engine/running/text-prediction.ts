/** `POST /predict {"text"}` for models that take one text and give a label. */
import { InferenceError, invalid } from '../../protocol/errors.ts'
import type { InferRequest } from '../../protocol/infer-request.ts'
import type { InferAnswer } from '../../protocol/infer-response.ts'
import { JsonReader } from '../../protocol/json/json-reader.ts'
import type { ModelSignature, TensorSignature } from '../../protocol/signature.ts'
import type { Prediction } from '../observing/labels.ts'

const MAX_TEXT = 100_000

/** The input a text goes to, when the model takes one text and nothing else. */
export const textInput = (signature: ModelSignature): TensorSignature | undefined => {
  const input = signature.inputs[0]
  const takesText = input?.datatype === 'BYTES' && input.shape.every((dimension) => dimension === -1 || dimension === 1)
  return signature.inputs.length === 1 && takesText ? input : undefined
}

export const parseTextRequest = (body: Buffer, signature: ModelSignature): InferRequest & { text: string } => {
  const input = textInput(signature)
  if (!input) throw new InferenceError(400, 'this model does not take one text: use POST /v2/models/{name}/infer')
  let text: string | undefined
  const reader = new JsonReader(body)
  reader.object((key) => {
    if (key === 'text') {
      if (reader.peek() !== 0x22) throw invalid('"text" must be text in quotes')
      text = reader.string()
    } else reader.skip()
  })
  if (reader.peek() !== -1) throw reader.fail('the end of the body')
  if (text === undefined) throw invalid('the body has no "text": send {"text": "…"}')
  if (text.length > MAX_TEXT) throw invalid(`"text" may have at most ${MAX_TEXT} characters, got ${text.length}`)
  const shape = input.shape.map(() => 1)
  return {
    text,
    id: '',
    inputs: [{ name: input.name, datatype: 'BYTES', shape, data: [Buffer.from(text)] }],
    outputs: [],
  }
}

export const writeTextAnswer = (text: string, prediction: Prediction | undefined, tenant: string): InferAnswer => {
  if (!prediction) throw new InferenceError(400, 'this model gives no label: use POST /v2/models/{name}/infer')
  const confidence = Number.isFinite(prediction.confidence) ? prediction.confidence : null
  return {
    body: Buffer.from(JSON.stringify({ text, prediction: prediction.label, confidence, tenant })),
    jsonLength: -1,
  }
}
