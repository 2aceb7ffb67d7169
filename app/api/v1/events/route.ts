import { followChanges } from '#server/contracts/platform/live.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(followChanges)
