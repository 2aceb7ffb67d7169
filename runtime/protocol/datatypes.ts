/** The tensor types of the Open Inference Protocol, and how each is held here and numbered in ONNX. */

export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** Text tensors hold one Uint8Array an element: BYTES need not be valid UTF-8. */
export type TensorData = TensorArray | Uint8Array[]

export interface Tensor {
  name: string
  datatype: Datatype
  shape: number[]
  data: TensorData
}

type ArrayConstructor = new (length: number) => TensorArray
type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorArray

/** Memory of at least so many bytes, whatever lies in it. */
export type TakeMemory = (bytes: number) => ArrayBuffer

interface DatatypeFacts {
  /** Bytes an element; 0 when elements have no fixed size. */
  size: number
  /** The number in ONNX's TensorProto.DataType, which onnxruntime shares. */
  onnx: number
  kind: 'float' | 'half' | 'int' | 'bigint' | 'bool' | 'bytes'
  least: number
  most: number
  make: ArrayConstructor
  view: ViewConstructor
}

const facts = (
  onnx: number,
  kind: DatatypeFacts['kind'],
  array: ArrayConstructor & ViewConstructor & { BYTES_PER_ELEMENT: number },
  range: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): DatatypeFacts => ({
  size: array.BYTES_PER_ELEMENT,
  onnx,
  kind,
  least: range[0],
  most: range[1],
  make: array,
  view: array,
})

export const datatypes = {
  BOOL: facts(9, 'bool', Uint8Array, [0, 1]),
  UINT8: facts(2, 'int', Uint8Array, [0, 255]),
  UINT16: facts(4, 'int', Uint16Array, [0, 65_535]),
  UINT32: facts(12, 'int', Uint32Array, [0, 4_294_967_295]),
  UINT64: facts(13, 'bigint', BigUint64Array),
  INT8: facts(3, 'int', Int8Array, [-128, 127]),
  INT16: facts(5, 'int', Int16Array, [-32_768, 32_767]),
  INT32: facts(6, 'int', Int32Array, [-2_147_483_648, 2_147_483_647]),
  INT64: facts(7, 'bigint', BigInt64Array),
  FP16: facts(10, 'half', Uint16Array),
  BF16: facts(16, 'half', Uint16Array),
  FP32: facts(1, 'float', Float32Array),
  FP64: facts(11, 'float', Float64Array),
  BYTES: { ...facts(8, 'bytes', Uint8Array), size: 0 },
} as const satisfies Record<string, DatatypeFacts>

export type Datatype = keyof typeof datatypes

export const isDatatype = (name: unknown): name is Datatype =>
  typeof name === 'string' && Object.hasOwn(datatypes, name)

export const datatypeFacts = (datatype: Datatype): DatatypeFacts => datatypes[datatype]

const byOnnxNumber = new Map<number, Datatype>()
for (const name of Object.keys(datatypes)) if (isDatatype(name)) byOnnxNumber.set(datatypes[name].onnx, name)

/** Undefined for what the protocol has no name for: complex numbers, 8-bit floats, 4-bit integers. */
export const datatypeOfOnnx = (number: number): Datatype | undefined => byOnnxNumber.get(number)

/** The number of elements of a shape, or -1 when it is no shape or exceeds what a tensor can hold. */
export const elementCount = (shape: readonly number[]): number => {
  let count = 1
  let empty = false
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0 || dimension > 0x7fffffff) return -1
    if (dimension === 0) empty = true
    else count *= dimension
    if (count > 0x7fffffff) return -1
  }
  return empty ? 0 : count
}
