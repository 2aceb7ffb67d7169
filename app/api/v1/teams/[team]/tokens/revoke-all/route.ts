import { revokeAllTeamTokens } from '#server/contracts/tokens.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(revokeAllTeamTokens)
