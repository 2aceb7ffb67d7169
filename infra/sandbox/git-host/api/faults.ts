import { z } from 'zod'
import { type Moment, moments } from '../host.ts'

const scope = {
  /** Beginning of "METHOD /path" as the client sends it, e.g. "PUT /api/v3/repos"; absent: everything. */
  match: z.string().optional(),
  /** How often it happens; absent: until it is taken away. */
  times: z.int().positive().optional(),
}
const seconds = z.number().min(0).max(3600)

export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.int().min(0).max(120_000), ...scope }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    message: z.string().optional(),
    ...scope,
  }),
  z.strictObject({
    kind: z.literal('rate-limit'),
    status: z.union([z.literal(403), z.literal(429)]).default(403),
    resetInSeconds: seconds,
    ...scope,
  }),
  z.strictObject({
    kind: z.literal('secondary-rate-limit'),
    status: z.union([z.literal(403), z.literal(429)]).default(403),
    retryAfterSeconds: seconds,
    ...scope,
  }),
  /** The connection is cut before anything is done. */
  z.strictObject({ kind: z.literal('drop'), ...scope }),
  /** The work is done, but its answer never arrives. */
  z.strictObject({ kind: z.literal('drop-answer'), ...scope }),
  /** The process ends at once, as by kill -9, when it reaches that moment. */
  z.strictObject({ kind: z.literal('kill'), at: z.enum(moments), times: scope.times }),
  z.strictObject({ kind: z.literal('lose-webhooks'), times: scope.times }),
  z.strictObject({ kind: z.literal('double-webhooks'), times: scope.times }),
])
export type Fault = z.infer<typeof Fault>
export const Faults = z.array(Fault).max(50)

/** The faults that are on. They are kept in memory only: a restart mends everything. */
export function createFaultBox() {
  let faults: Fault[] = []
  const used = (fault: Fault) => {
    if (fault.times === undefined) return
    faults = faults.flatMap((each) => {
      if (each !== fault) return [each]
      return fault.times !== undefined && fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
    })
  }
  const isWebhookFault = (fault: Fault) => fault.kind === 'lose-webhooks' || fault.kind === 'double-webhooks'
  const isRequestFault = (fault: Fault) => !isWebhookFault(fault) && fault.kind !== 'kill'

  return {
    list: () => faults,
    set: (next: Fault[]) => {
      faults = next
    },
    /** The faults for one request, in the order they were given. */
    take(request: string): Fault[] {
      const found = faults.filter(
        (fault) => isRequestFault(fault) && (!('match' in fault) || request.startsWith(fault.match ?? '')),
      )
      for (const fault of found) used(fault)
      return found
    },
    reach(moment: Moment): void {
      if (faults.some((fault) => fault.kind === 'kill' && fault.at === moment)) process.kill(process.pid, 'SIGKILL')
    },
    takeWebhookFault(): 'lose' | 'double' | undefined {
      const found = faults.find(isWebhookFault)
      if (!found) return undefined
      used(found)
      return found.kind === 'lose-webhooks' ? 'lose' : 'double'
    },
  }
}
export type FaultBox = ReturnType<typeof createFaultBox>
