import { exportAudit } from '#server/contracts/platform/audit.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(exportAudit)
