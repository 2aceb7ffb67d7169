/** Looks into an uploaded model in a process that may be killed, and says what it takes and gives. */
import type { Signature } from '../contracts/models.ts'

export type Validation =
  | { ok: true; signature: Signature }
  | { ok: false; code: string; reason: string; remedy: string }

export interface ModelValidator {
  validate(path: string): Promise<Validation>
}
