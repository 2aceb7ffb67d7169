import { z } from 'zod'
import { ModelSignature } from '../engine/lifecycle/messages.ts'

export const ValidationCode = z.enum([
  'empty',
  'not-onnx',
  'truncated',
  'malformed',
  'too-complex',
  'too-large',
  'unsupported',
  'load-failed',
  'crashed',
  'timeout',
  'memory',
])

export type ValidationCode = z.infer<typeof ValidationCode>

/** What the validating child reports; it may have been taken over by the file, so it is parsed like anything foreign. */
export const Verdict = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    signature: ModelSignature,
    runMicros: z.number().optional(),
    batchable: z.boolean(),
  }),
  z.object({ ok: z.literal(false), code: ValidationCode, reason: z.string().max(5000) }),
])

export type Verdict = z.infer<typeof Verdict>
