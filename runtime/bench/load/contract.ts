/** What a load generator is told and what it tells: it runs in a process of its own, so that it waits for nobody. */
import { z } from 'zod'

export const Target = z.object({
  /** Under which its figures come back. */
  name: z.string(),
  url: z.url(),
  method: z.enum(['GET', 'POST']).default('POST'),
  path: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  /** As base64, since it may be binary. */
  body: z.string().default(''),
  /** Without it each connection asks again as soon as it is answered. */
  perSecond: z.number().positive().optional(),
  /** Requests that may be under way at once; what is due beyond that waits, and its waiting counts. */
  connections: z.int().min(1).default(16),
})
export type TargetInput = z.input<typeof Target>

/** The outcome of what had waited for a connection until the end. */
export const NEVER_SENT = 'never sent'

export const Experience = z.object({
  /** Requests that were due. */
  asked: z.number(),
  /** How often each status, or what else went wrong, by name. */
  outcomes: z.record(z.string(), z.number()),
  /** Milliseconds from sending, or from when it was due if it had to wait for a connection, of answers with status 200. */
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
})
export type Experience = z.infer<typeof Experience>

export const ToGenerator = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    targets: z.array(Target),
    /** Stands for callers on other machines, who do not wait for a core of this one. Only root may have it so. */
    prompt: z.boolean(),
  }),
  /** Report what happened since the last report. */
  z.object({ type: z.literal('take') }),
  /** Ask nothing more, let what is under way finish, report, and end. */
  z.object({ type: z.literal('stop') }),
])

export const FromGenerator = z.object({ experiences: z.record(z.string(), Experience) })

/** What `exact.ts` is told. */
export const ExactLoad = z.object({
  /** On this machine. */
  port: z.int(),
  /** The bytes of a request. */
  requestFile: z.string(),
  perSecond: z.number().positive(),
  connections: z.int().min(1),
  /** Until a new program has been compiled where it matters, it is the slowest of all. */
  warmUpMilliseconds: z.number(),
  seconds: z.number(),
})
export type ExactLoad = z.infer<typeof ExactLoad>

export const ExactResult = z.object({
  /** Answers with status 200. */
  good: z.number(),
  /** Other answers, and connections that ended without one. */
  others: z.number(),
  /** Milliseconds. */
  p50: z.number(),
  p99: z.number(),
})
export type ExactResult = z.infer<typeof ExactResult>
