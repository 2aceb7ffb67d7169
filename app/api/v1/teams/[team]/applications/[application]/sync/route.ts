import { syncApplication } from '#server/contracts/delivery.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(syncApplication)
