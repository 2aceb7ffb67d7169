/** What a page reads on the server: the frame, the title and the page itself ask the same thing once. */
import { cache } from 'react'
import type { QueryMeta } from '#components/queries/query.ts'
import type { Contract } from '#server/contracts/contract.ts'
import { PortalError } from '#server/errors.ts'
import { callFromPage } from '#server/http/call-from-page.ts'

const once = cache((contract: Contract, input: string): Promise<unknown> => callFromPage(contract, JSON.parse(input)))

/** Fails with a PortalError. */
export const answerTo = (contract: Contract, input: unknown): Promise<unknown> =>
  once(contract, JSON.stringify(input ?? {}))

/** The same where it is a matter of looks alone: nothing when it cannot be read, which the page itself will say. */
export async function answerIfAny({ meta }: { meta?: QueryMeta | undefined }): Promise<unknown> {
  if (!meta?.contract) return undefined
  try {
    return await answerTo(meta.contract, meta.input)
  } catch (error) {
    if (error instanceof PortalError) return undefined
    throw error
  }
}
