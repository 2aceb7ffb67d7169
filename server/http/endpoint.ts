/** What route files import: `export const { GET, POST, PUT, PATCH, DELETE } = endpoints(listTeams, createTeam)`. */
import type { Contract, Method } from '../contracts/contract.ts'
import { failure } from '../errors.ts'
import { createLog } from '../logging/log.ts'
import { getServices, type Services } from '../wiring.ts'
import { explained, problemResponse } from './answering/problem.ts'
import { type Api, createApi, requestIdOf } from './api.ts'
import { handlers } from './handlers/all.ts'

type Route = (request: Request) => Promise<Response>

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

// One for the process, whatever bundle asks: the rate limit must not start anew in each.
const held: typeof globalThis & { modelyardApi?: { services: Services; api: Api } } = globalThis

export async function getApi(): Promise<Api> {
  const services = await getServices()
  if (held.modelyardApi?.services !== services) held.modelyardApi = { services, api: createApi(services, handlers) }
  return held.modelyardApi.api
}

/** The handlers of one address; a method it does not have is refused with those it has. */
export function endpoints(...contracts: readonly Contract[]): Record<Method, Route> {
  const allow = contracts.map((contract) => contract.method).join(', ')
  const routeOf = (method: Method): Route => {
    const contract = contracts.find((each) => each.method === method)
    return contract ? (request) => respond(contract, request) : async (request) => refuseMethod(request, allow)
  }
  const [GET, POST, PUT, PATCH, DELETE] = methods.map(routeOf)
  if (!GET || !POST || !PUT || !PATCH || !DELETE) throw new Error('Every method has a route.')
  return { GET, POST, PUT, PATCH, DELETE }
}

/** For addresses that are none. */
export async function unknownEndpoint(request: Request): Promise<Response> {
  const error = failure('not_found', 'There is nothing at this address.', 'Look at /docs/api for what there is.')
  return problemResponse(error, requestIdOf(request.headers))
}

async function respond(contract: Contract, request: Request): Promise<Response> {
  let api: Api
  try {
    api = await getApi()
  } catch (error) {
    const requestId = requestIdOf(request.headers)
    return problemResponse(explained(error, createLog(), requestId), requestId)
  }
  return api.respond(contract, request)
}

function refuseMethod(request: Request, allow: string): Response {
  const error = failure('method_not_allowed', `This address does not take ${request.method}.`, `It takes ${allow}.`)
  const response = problemResponse(error, requestIdOf(request.headers))
  response.headers.set('allow', allow)
  return response
}
