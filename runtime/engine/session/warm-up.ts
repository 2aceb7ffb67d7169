/**
 * A dry run after loading: it pays the first run's price before a caller does, times a run, and finds out whether rows
 * of a batch are independent. A free first dimension alone proves nothing: it may be a sequence, not a batch.
 */
import { datatypeFacts, elementCount, type Tensor } from '../../protocol/datatypes.ts'
import { numberToBfloat16, numberToFloat16 } from '../../protocol/numbers/half-floats.ts'
import type { TensorSignature } from '../../protocol/signature.ts'
import { hasRows, mayBatch, stack, unstack } from '../running/batching.ts'
import type { Session } from './session.ts'

export interface DryRun {
  batchable: boolean
  /** How long one row takes, once warm; undefined when the model refuses invented input. */
  runMicros: number | undefined
}

const OPEN_DIMENSION = 2
const MAX_ELEMENTS = 50_000_000
const words = ['good', 'bad', 'fine', 'poor']

/** Small, different numbers; valid as indices of most lookups. */
const sample = (signature: TensorSignature, seed: number): Tensor => {
  const { name, datatype } = signature
  const shape = signature.shape.map((dimension, index) =>
    dimension === -1 ? (index === 0 ? 1 : OPEN_DIMENSION) : dimension,
  )
  const count = elementCount(shape)
  if (count < 0 || count > MAX_ELEMENTS) throw new RangeError('too large to invent an input for')
  const at = (index: number): number => (index * 7 + seed * 3) % 4
  if (datatype === 'BYTES') {
    return {
      name,
      datatype,
      shape,
      data: Array.from({ length: count }, (_, index) => Buffer.from(words[at(index)] ?? '')),
    }
  }
  const data = new (datatypeFacts(datatype).make)(count)
  for (let index = 0; index < count; index++) {
    const value = at(index)
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(value)
    else if (datatype === 'FP16') data[index] = numberToFloat16(value / 4)
    else if (datatype === 'BF16') data[index] = numberToBfloat16(value / 4)
    else data[index] = datatype === 'FP32' || datatype === 'FP64' ? value / 4 : datatype === 'BOOL' ? value % 2 : value
  }
  return { name, datatype, shape, data }
}

const near = (a: Tensor, b: Tensor): boolean => {
  if (a.data.length !== b.data.length) return false
  for (let index = 0; index < a.data.length; index++) {
    const [left, right] = [a.data[index], b.data[index]]
    if (
      left === right ||
      (left instanceof Uint8Array && right instanceof Uint8Array && Buffer.compare(left, right) === 0)
    )
      continue
    const [x, y] = [Number(left), Number(right)]
    if (Number.isNaN(x) && Number.isNaN(y)) continue
    // Halves are compared by their bits, where neighbours differ by one.
    const slack = a.datatype === 'FP16' || a.datatype === 'BF16' ? 4 : 1e-3 * Math.max(1, Math.abs(x), Math.abs(y))
    if (!(Math.abs(x - y) <= slack)) return false
  }
  return true
}

const rowsAreIndependent = (session: Session, one: Tensor[], other: Tensor[]): boolean => {
  const alone = [session.run(one), session.run(other)]
  const together = session.run(stack([one, other]))
  if (!hasRows(together, 2) || !alone.every((outputs) => hasRows(outputs, 1))) return false
  return unstack(together, [1, 1]).every((outputs, row) =>
    outputs.every((tensor, index) => {
      const single = alone[row]?.[index]
      return single !== undefined && near(tensor, single)
    }),
  )
}

export const isMemoryFault = (error: unknown): boolean =>
  error instanceof Error && /bad_alloc|failed to allocate|bad allocation/i.test(error.message)

export const dryRun = (session: Session): DryRun => {
  try {
    const one = session.inputs.map((each) => sample(each, 0))
    session.run(one)
    let best = Number.POSITIVE_INFINITY
    const until = performance.now() + 50
    for (let round = 0; round < 20 && (round < 2 || performance.now() < until); round++) {
      const start = performance.now()
      session.run(one)
      best = Math.min(best, performance.now() - start)
    }
    const other = session.inputs.map((each) => sample(each, 1))
    const batchable = mayBatch(session.inputs, session.outputs) && independent(session, one, other)
    return { batchable, runMicros: Math.round(best * 1000) }
  } catch (error) {
    if (isMemoryFault(error)) throw error
    // A model may rightly refuse what we make up; then it is served one request at a time and warms up on the first.
    return { batchable: false, runMicros: undefined }
  }
}

const independent = (session: Session, one: Tensor[], other: Tensor[]): boolean => {
  try {
    return rowsAreIndependent(session, one, other)
  } catch {
    return false // it does not take two rows
  }
}
