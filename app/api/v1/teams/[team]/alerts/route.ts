import { listAlerts } from '#server/contracts/serving/observability.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(listAlerts)
