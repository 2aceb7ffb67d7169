/** What stands behind a contract: one small function from actor and input to output. */
import type { Readable } from 'node:stream'
import type { Contract, OutputOf, ParsedInputOf } from '../contracts/contract.ts'
import type { Actor } from '../permissions/actor.ts'

export type Call<C extends Contract, Services> = {
  actor: Actor
  input: ParsedInputOf<C>
  services: Services
  request: RequestFacts
  /** Ends when the client has gone. */
  signal: AbortSignal
  /** The raw body, for a contract with `upload`. */
  upload: Readable
}

export type RequestFacts = {
  id: string
  headers: Headers
  /** The version the client has seen, from If-Match; 0 where the contract is not versioned. */
  version: number
}

/** The answer of a contract that `produces` something else than JSON. */
export type Raw = { contentType: string; body: ReadableStream<Uint8Array>; headers?: Record<string, string> }

export type Handler<Services> = {
  contract: Contract
  // The contract has parsed the input by then: that is what joins the two types.
  handle: (call: Call<Contract, Services>) => Promise<unknown>
}

/** `const on = handling<Services>()`, then `on(contract, ({ actor, input, services }) => …)`. */
export function handling<Services>() {
  return <C extends Contract>(
    contract: C,
    handle: (call: Call<C, Services>) => OutputOf<C> | Promise<OutputOf<C>>,
  ): Handler<Services> => bound(contract, handle)
}

/** The same for a contract that `produces` something else than JSON. */
export function streaming<Services>() {
  return <C extends Contract>(
    contract: C,
    handle: (call: Call<C, Services>) => Raw | Promise<Raw>,
  ): Handler<Services> => bound(contract, handle)
}

function bound<C extends Contract, Services>(
  contract: C,
  handle: (call: Call<C, Services>) => unknown,
): Handler<Services> {
  return { contract, handle: async (call) => handle({ ...call, input: call.input as ParsedInputOf<C> }) }
}
