import { getModel, listModels } from '#server/contracts/models.ts'
import { queryFor } from './query.ts'

export const modelsQuery = (team: string, q?: string) => queryFor(listModels, { team, limit: 200, ...(q && { q }) })
export const modelQuery = (team: string, model: string) => queryFor(getModel, { team, model })
