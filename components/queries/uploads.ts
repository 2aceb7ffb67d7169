import { listUploads } from '#server/contracts/uploads.ts'
import { queryFor } from './query.ts'

export const uploadsQuery = (team: string, model: string) => queryFor(listUploads, { team, model })
