import {
  approveRequest,
  cancelRequest,
  getPolicy,
  getRequest,
  getRequestDiff,
  listRequests,
  previewRequest,
  rejectRequest,
  requestChanges,
  retryRequest,
  submitRequest,
} from '../../contracts/requests.ts'
import type { Services } from '../../wiring.ts'
import { handling } from '../on.ts'

const on = handling<Services>()

export const requestHandlers = [
  on(submitRequest, ({ actor, input, services }) => services.requests.submit(actor, input)),
  on(previewRequest, ({ actor, input, services }) => services.requests.preview(actor, input)),
  on(listRequests, ({ actor, input, services }) => services.requests.list(actor, input)),
  on(getRequest, ({ actor, input, services }) => services.requests.get(actor, input.id)),
  on(getRequestDiff, ({ actor, input, services }) => services.requests.diff(actor, input.id)),
  on(approveRequest, ({ actor, input, services }) => services.requests.approve(actor, input)),
  on(requestChanges, ({ actor, input, services }) => services.requests.requestChanges(actor, input)),
  on(rejectRequest, ({ actor, input, services }) => services.requests.reject(actor, input)),
  on(cancelRequest, ({ actor, input, services }) => services.requests.cancel(actor, input.id)),
  on(retryRequest, ({ actor, input, services }) => services.requests.retry(actor, input.id)),
  on(getPolicy, ({ services }) => services.policy.view()),
]
