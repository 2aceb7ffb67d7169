import { startGitLink } from '#server/contracts/platform/git-account.ts'
import { endpoints } from '#server/http/endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = endpoints(startGitLink)
