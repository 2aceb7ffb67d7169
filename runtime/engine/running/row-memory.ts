/** Memory that a model's rows are read into and its answers come from, and the run over it: nothing is made per request. */
import type { TensorArray } from '../../protocol/datatypes.ts'

export interface RowMemory {
  /** In the signature's order; room for `capacity` rows each. */
  readonly inputs: TensorArray[]
  readonly outputs: TensorArray[]
  readonly capacity: number
  /** Runs the model over the first so many rows. */
  run: (rows: number) => void
  /** The same on another thread; the memory is the run's until it is done. */
  runElsewhere: (rows: number) => Promise<void>
}
