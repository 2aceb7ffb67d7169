import { getPodLog } from '#server/contracts/pods.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(getPodLog)
