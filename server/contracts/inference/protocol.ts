/** The JSON bodies of the Open Inference Protocol v2 over HTTP, as this runtime speaks it. */
import { z } from 'zod'

export const DataType = z.enum([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
])

export type DataType = z.infer<typeof DataType>

export const Parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** -1 stands for a dimension the caller chooses. */
export const TensorMetadata = z.object({ name: z.string(), datatype: DataType, shape: z.array(z.int()) })

export type TensorMetadata = z.infer<typeof TensorMetadata>

export const ServerMetadata = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })

export const ModelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(TensorMetadata),
  outputs: z.array(TensorMetadata),
  /** The model's own description: the `modelyard.*` keys of its metadata_props, as text. */
  parameters: Parameters.optional(),
})

export type ModelMetadata = z.infer<typeof ModelMetadata>

export const Dimensions = z.array(z.int().min(0)).max(32)

/** Numbers, booleans or text, flat or nested by row; 64-bit integers beyond 2^53 travel as text. */
export type TensorData = (number | boolean | string | null | TensorData)[]

const MAX_DEPTH = 32

// By hand, because a schema that calls itself for each element is slow on a large tensor and overflows on a deep one.
const isTensorData = (value: unknown, depth = 1): boolean =>
  Array.isArray(value) &&
  depth <= MAX_DEPTH &&
  value.every((item) => item === null || (typeof item === 'object' ? isTensorData(item, depth + 1) : isLeaf(item)))

const isLeaf = (value: unknown): boolean => ['number', 'boolean', 'string'].includes(typeof value)

export const TensorData = z.custom<TensorData>(
  (value) => isTensorData(value),
  `must be an array of numbers, booleans or text, nested at most ${MAX_DEPTH} deep`,
)

export const InferTensor = z.object({
  name: z.string().min(1),
  datatype: DataType,
  shape: Dimensions,
  data: TensorData.optional(),
  parameters: Parameters.optional(),
})

export type InferTensor = z.infer<typeof InferTensor>

export const RequestedOutput = z.object({ name: z.string().min(1), parameters: Parameters.optional() })

export const InferRequest = z.object({
  id: z.string().max(1000).optional(),
  inputs: z.array(InferTensor).min(1),
  outputs: z.array(RequestedOutput).optional(),
  parameters: Parameters.optional(),
})

export type InferRequest = z.infer<typeof InferRequest>

export const InferResponse = z.object({
  id: z.string().optional(),
  model_name: z.string(),
  model_version: z.string().optional(),
  outputs: z.array(InferTensor),
  parameters: Parameters.optional(),
})

export type InferResponse = z.infer<typeof InferResponse>
