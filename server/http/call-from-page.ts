/**
 * An endpoint for a server component, as the person whose page it is. Fails with a PortalError: a page sends
 * `unauthenticated` to sign in, shows `not_found` as such, and leaves the rest to its error boundary.
 */
import { headers as pageHeaders } from 'next/headers'
import type { Contract, InputOf, OutputOf } from '../contracts/contract.ts'
import { PortalError } from '../errors.ts'
import { createLog } from '../logging/log.ts'
import { explained } from './answering/problem.ts'
import { requestIdOf } from './api.ts'
import { getApi } from './endpoint.ts'

export async function callFromPage<C extends Contract>(contract: C, input: InputOf<C>): Promise<OutputOf<C>> {
  const headers = await pageHeaders()
  try {
    return await (await getApi()).call(contract, input, headers)
  } catch (error) {
    if (error instanceof PortalError) throw error
    throw explained(error, createLog(), requestIdOf(headers))
  }
}
