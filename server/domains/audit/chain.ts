/** The chain: each row's hash covers the row and the hash of the one before, so that none can be changed or lost unseen. */
import { createHash } from 'node:crypto'
import { canonical, type Json, presentable } from './canonical.ts'

export type Link = {
  sequence: bigint
  at: Date
  actorKind: string
  actorId: string | null
  actorName: string
  action: string
  objectKind: string
  objectId: string
  objectName: string
  team: string | null
  before: Json
  after: Json
  reason: string | null
  requestId: string | null
  previous: string
}

/** What stands before the first row. */
export const origin = '0'.repeat(64)

export function hashOf(link: Link): string {
  return createHash('sha256')
    .update(canonical(presentable({ ...link, before: null, after: null })))
    .update(canonical(link.before))
    .update(canonical(link.after))
    .digest('hex')
}
