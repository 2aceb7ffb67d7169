import { beginUpload, listUploads } from '#server/contracts/uploads.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(beginUpload, listUploads)
