import { getDeployment } from '#server/contracts/deployments.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(getDeployment)
