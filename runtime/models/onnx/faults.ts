/** What a readable model may not have if it is to be served here. Each fault says how to mend it. */
import type { OnnxModel } from '../onnx-file.ts'

export type ModelFault = { code: string; message: string; remedy: string }

/** Domains whose operators onnxruntime's CPU build brings along. */
const knownDomains = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'com.microsoft',
])

const MAX_INPUTS = 1000
const MAX_UNFOLDED_NODES = 1_000_000
const MAX_WEIGHT_BYTES = 4 * 1024 ** 3

export const faultsOf = (model: OnnxModel): ModelFault[] => [
  ...externalData(model),
  ...customOperators(model),
  ...functions(model),
  ...weights(model),
  ...counts(model),
  ...[
    ...model.inputs.map((value) => ({ ...value, side: 'input' })),
    ...model.outputs.map((value) => ({ ...value, side: 'output' })),
  ].flatMap((value) => valueFaults(value)),
]

const externalData = ({ externalData }: OnnxModel): ModelFault[] =>
  externalData.map((location) => ({
    code: 'external-data',
    message: `The model keeps weights outside the file, at ${JSON.stringify(location.slice(0, 200))}.`,
    remedy: 'Save it as one file: onnx.save_model(model, path, save_as_external_data=False).',
  }))

const customOperators = ({ operators, functions }: OnnxModel): ModelFault[] =>
  operators
    .filter(
      ({ domain, name }) =>
        !knownDomains.has(domain) && !functions.some((own) => own.domain === domain && own.name === name),
    )
    .map(({ domain, name }) => ({
      code: 'custom-operator',
      message: `The model uses the operator ${JSON.stringify(name.slice(0, 100))} of ${JSON.stringify(domain.slice(0, 100))}, which the runtime does not have.`,
      remedy: 'Export the model with standard ONNX operators, or bring the operator along as a function in the model.',
    }))

const functions = ({ recursiveFunctions, unfoldedNodes }: OnnxModel): ModelFault[] => [
  ...recursiveFunctions.map((name) => ({
    code: 'recursive-function',
    message: `The model's function ${JSON.stringify(name.slice(0, 200))} calls itself.`,
    remedy: 'Use Loop or Scan instead of a function that calls itself.',
  })),
  ...(unfoldedNodes > MAX_UNFOLDED_NODES
    ? [
        {
          code: 'too-many-nodes',
          message: `The model has ${unfoldedNodes} nodes once its functions are unfolded; ${MAX_UNFOLDED_NODES} is the most.`,
          remedy: 'Use Loop for repetition.',
        },
      ]
    : []),
]

const weights = ({ weightBytes }: OnnxModel): ModelFault[] =>
  weightBytes <= MAX_WEIGHT_BYTES
    ? []
    : [
        {
          code: 'too-many-weights',
          message: `The model declares ${weightBytes.toExponential(2)} bytes of weights; ${MAX_WEIGHT_BYTES} is the most.`,
          remedy: 'Quantize or split the model.',
        },
      ]

const counts = ({ inputs, outputs }: OnnxModel): ModelFault[] => [
  ...(outputs.length === 0
    ? [{ code: 'no-outputs', message: 'The model has no output.', remedy: 'Name at least one output when exporting.' }]
    : []),
  ...(inputs.length + outputs.length > MAX_INPUTS
    ? [
        {
          code: 'too-many-tensors',
          message: `The model has ${inputs.length} inputs and ${outputs.length} outputs; ${MAX_INPUTS} together is the most.`,
          remedy: 'Join the inputs into a few tensors.',
        },
      ]
    : []),
]

const valueFaults = (value: {
  name: string
  side: string
  type: string
  datatype?: string | undefined
}): ModelFault[] => {
  const called = `${value.side} ${JSON.stringify(value.name.slice(0, 200))}`
  if (value.name === '')
    return [
      {
        code: 'unnamed',
        message: `An ${value.side} of the model has no name.`,
        remedy: 'Name every input and output when exporting.',
      },
    ]
  if (value.datatype) return []
  const remedy =
    value.type === 'sequence' || value.type === 'map'
      ? 'With skl2onnx, pass options={"zipmap": False}.'
      : 'Cast it to a standard type inside the model.'
  return [
    {
      code: 'unsupported-type',
      message: `The ${called} is of type ${value.type}, which cannot be sent over the v2 protocol.`,
      remedy,
    },
  ]
}
