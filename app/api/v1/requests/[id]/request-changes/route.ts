import { requestChanges } from '#server/contracts/requests.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(requestChanges)
