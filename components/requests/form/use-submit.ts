'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { requestQuery } from '#components/queries/requests.ts'
import { call } from '#components/queries/wire/call.ts'
import type { RequestDraftInput } from '#server/contracts/requests/drafts.ts'
import { type RequestView, submitRequest } from '#server/contracts/requests.ts'

/** Sends a request and goes to its page, which tells how it goes on. */
export function useSubmit() {
  const router = useRouter()
  const client = useQueryClient()
  return {
    send: (draft: RequestDraftInput, key: string) => call(submitRequest, draft, { idempotencyKey: key }),
    onSent: (request: RequestView) => {
      client.setQueryData(requestQuery(request.id).queryKey, request)
      router.push(`/requests/${request.id}`)
    },
  }
}
