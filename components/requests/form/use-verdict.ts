'use client'

import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '#components/queries/wire/call.ts'
import { RequestDraft } from '#server/contracts/requests/drafts.ts'
import { previewRequest, type Verdict } from '#server/contracts/requests.ts'

/** The verdict does not depend on the reason, and must be shown before one is written. */
const reasonForPreview = 'Preview before sending'

const verdictQuery = (draft: string) =>
  queryOptions({
    queryKey: [previewRequest.path, draft] as const,
    queryFn: ({ signal }) => call(previewRequest, RequestDraft.parse(JSON.parse(draft)), { signal }),
    retry: false,
    staleTime: 10_000,
  })

/** What the policy says about the request as it stands, a moment after the last key. */
export function useVerdict(draft: unknown) {
  const checked = RequestDraft.safeParse({ ...Object(draft), reason: reasonForPreview })
  const text = checked.success ? JSON.stringify({ ...Object(draft), reason: reasonForPreview }) : ''
  const [settled] = useDebouncedValue(text, 350)
  const query = useQuery({ ...verdictQuery(settled), enabled: settled !== '', placeholderData: keepPreviousData })
  return {
    verdict: settled === '' ? undefined : query.data,
    error: settled === '' ? null : query.error,
    thinking: text !== settled || query.isFetching,
  }
}

/** Why the policy refuses this field, to stand at the field itself. */
export const refusalOf = (verdict: Verdict | undefined, field: string): string | undefined =>
  verdict?.outcome === 'refused' ? verdict.reasons.find((reason) => reason.field === field)?.message : undefined
