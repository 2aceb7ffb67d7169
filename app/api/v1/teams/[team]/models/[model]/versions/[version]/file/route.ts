import { downloadVersion } from '#server/contracts/models.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(downloadVersion)
