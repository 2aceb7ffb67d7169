import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { gitAccountQuery } from '#components/queries/git-account.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { finishGitLink } from '#server/contracts/platform/git-account.ts'

export type HostAnswerParts = { code?: string; state?: string; error?: string }

/** What the Git host has answered, in the address. It is good for one use, so it is taken out at once. */
export function HostAnswer({ answer: { code, state, error } }: { answer: HostAnswerParts }) {
  const client = useQueryClient()
  const router = useRouter()
  const taken = useRef(false)
  const { mutate, ...finish } = useMutation({
    mutationFn: (given: { code: string; state: string }) => call(finishGitLink, given),
    onSuccess: (view) => {
      client.setQueryData(gitAccountQuery().queryKey, view)
      notify(`${view.account?.login} is linked`)
    },
    onSettled: () => router.replace('/settings/git-account'),
  })
  useEffect(() => {
    if (!code || !state || taken.current) return
    taken.current = true
    mutate({ code, state })
  }, [code, state, mutate])

  if (finish.isPending) return <Notice tone="info" title="Linking your account" />
  if (finish.error) return <ErrorState error={finish.error} />
  if (!error) return null
  return (
    <Notice tone="warn" title={error === 'access_denied' ? 'You did not agree' : 'The Git host refused'}>
      {error === 'access_denied'
        ? 'Nothing was linked. Link again if that was not what you wanted.'
        : 'Nothing was linked. If it happens again, tell a platform admin.'}
    </Notice>
  )
}
