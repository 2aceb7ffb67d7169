/** The jobs of a request. Both look at the request and the world and do what is left to do. */
import { z } from 'zod'
import { RequestId } from '../contracts/names.ts'
import type { Advance } from '../domains/requests/requests.ts'
import { job } from './job.ts'

const OfRequest = z.object({ requestId: RequestId })
type Needs = { advance: Advance }

export const advanceRequest = job({
  name: 'advance-request',
  data: OfRequest,
  keyOf: ({ requestId }) => requestId,
  retries: 1000,
  secondsAtMost: 300,
  handle: ({ advance }: Needs, { requestId }) => advance.advance(requestId),
})

export const closeChange = job({
  name: 'close-change',
  data: OfRequest,
  keyOf: ({ requestId }) => requestId,
  retries: 1000,
  secondsAtMost: 300,
  handle: ({ advance }: Needs, { requestId }) => advance.close(requestId),
})

export const requestJobs = [advanceRequest, closeChange]
