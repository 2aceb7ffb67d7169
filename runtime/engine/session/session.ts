import type { Tensor } from '../../protocol/datatypes.ts'
import type { TensorSignature } from '../../protocol/signature.ts'
import type { RowMemory } from '../running/row-memory.ts'

export interface SessionOptions {
  intraOpThreads: number
}

/** One loaded model. Loading and running are native code and may end the process: only engines and validators do it. */
export interface Session {
  readonly implementation: string
  readonly inputs: TensorSignature[]
  readonly outputs: TensorSignature[]
  /** Tensors in the signature's order; the answer likewise. Blocks the thread it is called on. */
  run(inputs: readonly Tensor[]): Tensor[]
  /** The same on another thread, where the implementation can; several may be under way at once. */
  runElsewhere?(inputs: readonly Tensor[]): Promise<Tensor[]>
  /** Makes memory for so many rows; undefined for a model whose rows do not all have one size, in and out. */
  rowMemory?(capacity: number): (() => RowMemory) | undefined
  dispose(): void
}

export type LoadSession = (path: string, options: SessionOptions) => Session

export class UnsupportedModel extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnsupportedModel'
  }
}
