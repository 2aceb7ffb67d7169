import { listNamespaces } from '#server/contracts/namespaces.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(listNamespaces)
