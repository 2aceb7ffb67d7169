import type { InputOf } from '#server/contracts/contract.ts'
import { getModel, listModels } from '#server/contracts/models.ts'
import { pagesFor, queryFor } from './query.ts'

export const modelsQuery = (team: string, q?: string) => queryFor(listModels, { team, limit: 200, ...(q && { q }) })
export const modelPages = (input: InputOf<typeof listModels>) => pagesFor(listModels, input)
export const modelQuery = (team: string, model: string) => queryFor(getModel, { team, model })
