import type { DataType } from '#server/contracts/inference/protocol.ts'

type ElementType = { name: string; datatype?: DataType; bytes: number }

/** onnx.TensorProto.DataType by number, with the v2 protocol's name where there is one. */
const elementTypes: Record<number, ElementType> = {
  1: { name: 'float', datatype: 'FP32', bytes: 4 },
  2: { name: 'uint8', datatype: 'UINT8', bytes: 1 },
  3: { name: 'int8', datatype: 'INT8', bytes: 1 },
  4: { name: 'uint16', datatype: 'UINT16', bytes: 2 },
  5: { name: 'int16', datatype: 'INT16', bytes: 2 },
  6: { name: 'int32', datatype: 'INT32', bytes: 4 },
  7: { name: 'int64', datatype: 'INT64', bytes: 8 },
  8: { name: 'string', datatype: 'BYTES', bytes: 16 },
  9: { name: 'bool', datatype: 'BOOL', bytes: 1 },
  10: { name: 'float16', datatype: 'FP16', bytes: 2 },
  11: { name: 'double', datatype: 'FP64', bytes: 8 },
  12: { name: 'uint32', datatype: 'UINT32', bytes: 4 },
  13: { name: 'uint64', datatype: 'UINT64', bytes: 8 },
  14: { name: 'complex64', bytes: 8 },
  15: { name: 'complex128', bytes: 16 },
  16: { name: 'bfloat16', datatype: 'BF16', bytes: 2 },
  17: { name: 'float8e4m3fn', bytes: 1 },
  18: { name: 'float8e4m3fnuz', bytes: 1 },
  19: { name: 'float8e5m2', bytes: 1 },
  20: { name: 'float8e5m2fnuz', bytes: 1 },
  21: { name: 'uint4', bytes: 1 },
  22: { name: 'int4', bytes: 1 },
  23: { name: 'float4e2m1', bytes: 1 },
}

const unknownType: ElementType = { name: 'unknown', bytes: 1 }

export const elementType = (code: number): ElementType => elementTypes[code] ?? unknownType
