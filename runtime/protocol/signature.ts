/** What a model takes and gives, and the check of a request against it. */
import { type Datatype, elementCount, type Tensor } from './datatypes.ts'
import { invalid, quoted } from './errors.ts'

/** -1 stands for a dimension the caller chooses. */
export interface TensorSignature {
  name: string
  datatype: Datatype
  shape: number[]
  /** The model does not say how many dimensions there are. */
  anyRank?: boolean
}

export interface ModelSignature {
  inputs: TensorSignature[]
  outputs: TensorSignature[]
  /** The `modelyard.*` keys of the file's metadata_props, as they stand there. */
  parameters: Record<string, string>
}

export const checkShape = (wanted: TensorSignature, shape: readonly number[]): void => {
  const fits =
    wanted.anyRank ||
    (shape.length === wanted.shape.length &&
      wanted.shape.every((dimension, index) => dimension === -1 || dimension === shape[index]))
  if (!fits) throw invalid(`input ${quoted(wanted.name)}: wanted shape [${wanted.shape}], got [${shape.slice(0, 32)}]`)
  if (elementCount(shape) < 0) throw invalid(`input ${quoted(wanted.name)}: shape [${shape}] is too large`)
}

export const checkDatatype = (wanted: TensorSignature, datatype: string): void => {
  if (datatype !== wanted.datatype) {
    throw invalid(`input ${quoted(wanted.name)}: wanted datatype ${wanted.datatype}, got ${quoted(datatype)}`)
  }
}

const names = (all: readonly { name: string }[]): string =>
  all
    .slice(0, 20)
    .map((each) => quoted(each.name))
    .join(', ')

export const wantedInput = (signature: ModelSignature, name: string): TensorSignature => {
  const wanted = signature.inputs.find((each) => each.name === name)
  if (!wanted) throw invalid(`the model has no input ${quoted(name)}: it takes ${names(signature.inputs)}`)
  return wanted
}

export const wantedOutput = (signature: ModelSignature, name: string): number => {
  const index = signature.outputs.findIndex((each) => each.name === name)
  if (index < 0) throw invalid(`the model has no output ${quoted(name)}: it gives ${names(signature.outputs)}`)
  return index
}

/** In the signature's order, each exactly once. */
export const completeInputs = (signature: ModelSignature, given: readonly Tensor[]): Tensor[] => {
  if (given.length > signature.inputs.length) {
    const doubled = given.find((tensor, index) => given.findIndex((other) => other.name === tensor.name) !== index)
    if (doubled) throw invalid(`input ${quoted(doubled.name)} is given twice`)
  }
  return signature.inputs.map((wanted) => {
    const found = given.find((tensor) => tensor.name === wanted.name)
    if (!found)
      throw invalid(`input ${quoted(wanted.name)} is missing: wanted ${wanted.datatype} of shape [${wanted.shape}]`)
    return found
  })
}
