import { getSignature } from '#server/contracts/serving/playground.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(getSignature)
