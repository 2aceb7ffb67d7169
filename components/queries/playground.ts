import { getSignature } from '#server/contracts/serving/playground.ts'
import type { Place } from './deployments.ts'
import { queryFor } from './query.ts'

export const signatureQuery = (place: Place) => queryFor(getSignature, place)
