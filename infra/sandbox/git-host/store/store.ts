import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readFileIfPresent, writeFileAtomically } from '#sandbox/process/atomic-file.ts'
import { openCollection } from './collection.ts'
import * as records from './records.ts'

/** Everything the host knows beside the Git data itself. */
export function openStore(state: string) {
  const at = (name: string) => join(state, 'records', name)
  return {
    accounts: openCollection(at('accounts'), records.Account),
    repositories: openCollection(at('repositories'), records.Repository),
    pulls: openCollection(at('pulls'), records.Pull),
    reviews: openCollection(at('reviews'), records.Review),
    comments: openCollection(at('comments'), records.Comment),
    statuses: openCollection(at('statuses'), records.Status),
    checkRuns: openCollection(at('check-runs'), records.CheckRun),
    hooks: openCollection(at('hooks'), records.Hook),
    deliveries: openCollection(at('deliveries'), records.Delivery),
    /** Signs session cookies and installation tokens. */
    secret: secretIn(join(state, 'secret.json')),
  }
}
export type Store = ReturnType<typeof openStore>

const secretIn = (path: string): string => {
  const stored = readFileIfPresent(path)
  if (stored) return z.object({ secret: z.string() }).parse(JSON.parse(stored)).secret
  const secret = randomBytes(32).toString('base64url')
  writeFileAtomically(path, JSON.stringify({ secret }))
  return secret
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')
export const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')
