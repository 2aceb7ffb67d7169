import type { Host } from '../host.ts'
import type { Repository } from '../store/records.ts'

/** Where a repository is found by programs, and where by people. */
export const apiOf = (host: Host, repository: Repository): string => `${host.apiUrl}/repos/${host.fullName(repository)}`
export const webOf = (host: Host, repository: Repository): string => `${host.url}/${host.fullName(repository)}`
