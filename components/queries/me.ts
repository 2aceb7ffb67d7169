import { getMe } from '#server/contracts/people.ts'
import { queryFor } from './query.ts'

export const meQuery = () => queryFor(getMe, {})
