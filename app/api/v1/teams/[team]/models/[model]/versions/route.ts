import { uploadVersion } from '#server/contracts/models.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(uploadVersion)
