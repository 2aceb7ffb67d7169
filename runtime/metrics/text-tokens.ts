/** How much text a model was asked about: token ids where it takes those, else the words of the texts it takes. */
import { textInput } from '../engine/running/text-prediction.ts'
import type { Tensor } from '../protocol/datatypes.ts'
import type { ModelSignature } from '../protocol/signature.ts'

export type CountTokens = (inputs: readonly Tensor[]) => number

const SPACE = 0x20

const wordsIn = (text: Uint8Array): number => {
  let words = 0
  let inside = false
  for (const byte of text) {
    const between = byte <= SPACE
    if (!between && !inside) words++
    inside = !between
  }
  return words
}

/** Undefined for a model that takes no text. */
export const tokenCounter = (signature: ModelSignature): CountTokens | undefined => {
  const ids = signature.inputs.findIndex((each) => each.name === 'input_ids')
  if (ids >= 0) return (inputs) => inputs[ids]?.data.length ?? 0
  if (!textInput(signature)) return undefined
  return (inputs) => {
    let words = 0
    for (const text of inputs[0]?.data ?? []) if (text instanceof Uint8Array) words += wordsIn(text)
    return words
  }
}
