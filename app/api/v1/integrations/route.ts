import { listIntegrations } from '#server/contracts/platform/integrations.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(listIntegrations)
