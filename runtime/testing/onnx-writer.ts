/** Writes small ONNX files for tests, well-formed or as wrong as a test wants them, without Python. */

/** One field of a protobuf message: a number is a varint, text and bytes are length-delimited, an array is a message. */
export type Field = readonly [field: number, value: number | bigint | string | Uint8Array | readonly Field[]]

const varint = (value: number | bigint): number[] => {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return out
}

export const encode = (fields: readonly Field[]): Buffer =>
  Buffer.concat(
    fields.map(([field, value]) => {
      if (typeof value === 'number' || typeof value === 'bigint')
        return Buffer.from([...varint(field * 8), ...varint(value)])
      const body = typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : encode(value)
      return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(body.length)]), body])
    }),
  )

export const elementCodes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const

export type Size = number | bigint | string | null

const dimension = (size: Size): Field => [1, size === null ? [] : typeof size === 'string' ? [[2, size]] : [[1, size]]]

/** ValueInfoProto: an input or output. */
export const value = (name: string, element: keyof typeof elementCodes, shape?: readonly Size[]): Field[] => [
  [1, name],
  [2, [[1, [[1, elementCodes[element]], ...(shape ? [[2, shape.map(dimension)] as const] : [])]]]],
]

/** TensorProto with raw data. */
export const tensor = (
  name: string,
  element: keyof typeof elementCodes,
  shape: readonly (number | bigint)[],
  raw: Uint8Array,
): Field[] => [...shape.map((size): Field => [1, size]), [2, elementCodes[element]], [8, name], [9, raw]]

export const floats = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer)

export const int64s = (...numbers: (number | bigint)[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(numbers.map(BigInt)).buffer)

export const integerAttribute = (name: string, number: number | bigint): Field[] => [
  [1, name],
  [3, number],
  [20, 2],
]

export const graphAttribute = (name: string, graph: readonly Field[] | Uint8Array): Field[] => [
  [1, name],
  [6, graph],
  [20, 5],
]

export const tensorAttribute = (name: string, content: readonly Field[]): Field[] => [
  [1, name],
  [5, content],
  [20, 4],
]

export const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly (readonly Field[])[] = [],
  domain = '',
): Field[] => [
  ...inputs.map((name): Field => [1, name]),
  ...outputs.map((name): Field => [2, name]),
  [4, operator],
  ...attributes.map((attribute): Field => [5, attribute]),
  ...(domain ? [[7, domain] as const] : []),
]

export type GraphParts = {
  nodes?: readonly (readonly Field[])[]
  inputs?: readonly (readonly Field[])[]
  outputs?: readonly (readonly Field[])[]
  initializers?: readonly (readonly Field[])[]
}

export const graph = ({ nodes = [], inputs = [], outputs = [], initializers = [] }: GraphParts): Field[] => [
  ...nodes.map((entry): Field => [1, entry]),
  [2, 'g'],
  ...initializers.map((entry): Field => [5, entry]),
  ...inputs.map((entry): Field => [11, entry]),
  ...outputs.map((entry): Field => [12, entry]),
]

/** FunctionProto. */
export const modelFunction = (
  domain: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly (readonly Field[])[],
): Field[] => [
  [1, name],
  ...inputs.map((entry): Field => [4, entry]),
  ...outputs.map((entry): Field => [5, entry]),
  ...nodes.map((entry): Field => [7, entry]),
  [
    9,
    [
      [1, ''],
      [2, 17],
    ],
  ],
  [10, domain],
]

export type ModelParts = GraphParts & {
  opsets?: readonly (readonly [domain: string, version: number])[]
  metadata?: Readonly<Record<string, string>>
  functions?: readonly (readonly Field[])[]
}

export const model = ({ opsets = [['', 17]], metadata = {}, functions = [], ...parts }: ModelParts): Buffer =>
  encode([
    [1, 8],
    [2, 'onnx-writer'],
    [7, graph(parts)],
    ...opsets.map(
      ([domain, version]): Field => [
        8,
        [
          [1, domain],
          [2, version],
        ],
      ],
    ),
    ...Object.entries(metadata).map(
      ([key, text]): Field => [
        14,
        [
          [1, key],
          [2, text],
        ],
      ],
    ),
    ...functions.map((entry): Field => [25, entry]),
  ])

/** x → x + 1 over [batch, width] floats: the smallest model that does something. */
export const addOne = (width = 4, metadata: Readonly<Record<string, string>> = {}): Buffer =>
  model({
    nodes: [node('Add', ['x', 'one'], ['y'])],
    inputs: [value('x', 'float', ['batch', width])],
    outputs: [value('y', 'float', ['batch', width])],
    initializers: [tensor('one', 'float', [1], floats(1))],
    metadata,
  })
