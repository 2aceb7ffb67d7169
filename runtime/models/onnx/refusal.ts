/** Why bytes are not a model we can read. The set is closed so that a caller can map each to its own words. */
export type RefusalReason = 'empty' | 'not-onnx' | 'truncated' | 'malformed' | 'too-complex' | 'too-large'

export type Refusal = { reason: RefusalReason; message: string; remedy: string }

/** Thrown inside the reader only; `readOnnx` turns it into a value. */
export class OnnxRefusal extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

export const EXPORT_AGAIN = 'Export the model again and check the file with onnx.checker before uploading it.'

export const refuse = (reason: RefusalReason, message: string, remedy = EXPORT_AGAIN): never => {
  throw new OnnxRefusal({ reason, message, remedy })
}

/** Keeps a hostile file from making us collect until memory is gone. */
export const refuseMoreThan = (most: number, count: number, what: string): void => {
  if (count > most) refuse('too-complex', `The model has more than ${most} ${what}.`, 'Simplify or split the model.')
}
