import { getSignature } from '#server/contracts/playground.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(getSignature)
