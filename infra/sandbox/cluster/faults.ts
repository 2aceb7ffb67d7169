// Faults on demand, for tests: POST /sandbox/faults sets them (admin only), DELETE takes them away, GET shows them.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { User } from './authorization/authorizer.ts'
import { parseBody, readBody } from './http/body.ts'
import { sendObject } from './http/respond.ts'
import { badRequest, forbidden, StatusError } from './http/status.ts'
import type { Store } from './storage/store.ts'

const Fault = z.strictObject({
  /** Only requests whose method and path match. */
  method: z.string().optional(),
  path: z.string().optional(),
  /** How many requests it meets before it is spent; without it, until it is taken away. */
  times: z.number().int().positive().optional(),
  effect: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('delay'), milliseconds: z.number().min(0).max(120_000) }),
    z.strictObject({ kind: z.literal('drop') }),
    z.strictObject({
      kind: z.literal('status'),
      code: z.number().int().min(400).max(599),
      retryAfterSeconds: z.number().int().optional(),
    }),
    z.strictObject({ kind: z.literal('stall-watch'), plural: z.string().optional() }),
    z.strictObject({ kind: z.literal('expire') }),
  ]),
})
type Fault = z.infer<typeof Fault>

export class Faults {
  readonly #store: Store
  #active: Fault[] = []

  constructor(store: Store) {
    this.#store = store
  }

  async control(user: User, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!user.groups.includes('system:masters')) {
      throw forbidden(
        { group: '', plural: 'faults', kind: 'Fault' },
        '',
        `User "${user.name}" is no administrator of the sandbox`,
      )
    }
    if (request.method === 'POST') {
      const sent = Fault.safeParse(parseBody(await readBody(request), 'application/json'))
      if (!sent.success) throw badRequest(z.prettifyError(sent.error))
      if (sent.data.effect.kind === 'expire') this.#store.forgetHistory()
      else this.#active.push(sent.data)
    } else if (request.method === 'DELETE') this.#active = []
    sendObject(response, 200, {
      faults: this.#active.map(({ effect, ...rest }) => ({ ...rest, effect: { ...effect } })),
    })
  }

  async meet(method: string, url: URL, response: ServerResponse): Promise<'answered' | 'passed'> {
    for (const fault of [...this.#active]) {
      if (fault.effect.kind === 'stall-watch') continue
      if (fault.method && fault.method !== method) continue
      if (fault.path && !`${url.pathname}${url.search}`.includes(fault.path)) continue
      this.#spend(fault)
      if (fault.effect.kind === 'delay') await wait(fault.effect.milliseconds)
      if (fault.effect.kind === 'drop') {
        response.destroy()
        return 'answered'
      }
      if (fault.effect.kind === 'status') {
        const { code, retryAfterSeconds } = fault.effect
        if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds))
        throw new StatusError(code, reasons[code] ?? 'InternalError', 'a fault set by a test')
      }
    }
    return 'passed'
  }

  isStalled(plural: string): boolean {
    return this.#active.some(({ effect }) => effect.kind === 'stall-watch' && (effect.plural ?? plural) === plural)
  }

  #spend(fault: Fault): void {
    if (fault.times === undefined) return
    fault.times -= 1
    if (fault.times === 0) this.#active = this.#active.filter((one) => one !== fault)
  }
}

const reasons: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}
