'use client'

import { Button, Group, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { requestDiffQuery, requestQuery } from '#components/queries/requests.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import {
  approveRequest,
  cancelRequest,
  listRequests,
  type RequestView,
  rejectRequest,
  requestChanges,
  retryRequest,
} from '#server/contracts/requests.ts'
import { type Decision, decisionLabel, shortHead } from './decision.ts'

const explained: Record<Decision, (request: RequestView) => string> = {
  approve: (request) =>
    `You approve exactly commit ${shortHead(request)}. A later push voids this. With enough approvals it is merged and applied.`,
  requestChanges: () => 'The requester sees your words and the request waits until it has changed.',
  reject: () => 'The pull request is closed and nothing is applied. This cannot be undone; it can be asked for again.',
  cancel: () => 'The pull request is closed and nothing is applied.',
  retry: () => 'It goes on from where it stopped; what was done already is not done twice.',
}
const done: Record<Decision, string> = {
  approve: 'Approved',
  requestChanges: 'Changes asked for',
  reject: 'Rejected',
  cancel: 'Withdrawn',
  retry: 'Trying again',
}

type Props = { decision: Decision; request: RequestView; onClose: () => void }

export function DecisionDialog({ decision, request, onClose }: Props) {
  const [comment, setComment] = useState('')
  // The commit the reader is looking at, not the newest one by the time they click.
  const [sha] = useState(request.pullRequest?.headSha ?? '')
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: () => decide(decision, request.id, sha, comment.trim()),
    onSuccess: (after) => {
      client.setQueryData(requestQuery(request.id).queryKey, after)
      client.invalidateQueries({ queryKey: [listRequests.path] })
      notify(`${done[decision]}: ${request.title}`)
      onClose()
    },
    onError: () => {
      client.invalidateQueries({ queryKey: requestQuery(request.id).queryKey })
      client.invalidateQueries({ queryKey: requestDiffQuery(request.id).queryKey })
    },
  })
  const mustExplain = decision === 'requestChanges' || decision === 'reject'
  const mayExplain = mustExplain || decision === 'approve'
  const ready = !mustExplain || comment.trim().length >= 3
  return (
    <Dialog onClose={onClose} title={`${decisionLabel(decision, request)}: ${request.title}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) mutation.mutate()
        }}
      >
        <Text size="sm" c="dimmed" mb="md">
          {explained[decision](request)}
        </Text>
        {mayExplain && (
          <Textarea
            label={mustExplain ? 'Reason' : 'Comment, if you like'}
            autosize
            minRows={3}
            maxRows={8}
            maxLength={2000}
            required={mustExplain}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {mutation.error ? <ErrorState error={mutation.error} /> : null}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button
            type="submit"
            color={decision === 'reject' || decision === 'cancel' ? 'red' : 'teal'}
            disabled={!ready}
            loading={mutation.isPending}
          >
            {decisionLabel(decision, request)}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

function decide(decision: Decision, id: string, sha: string, comment: string): Promise<RequestView> {
  switch (decision) {
    case 'approve':
      return call(approveRequest, { id, sha, ...(comment && { comment }) })
    case 'requestChanges':
      return call(requestChanges, { id, sha, comment })
    case 'reject':
      return call(rejectRequest, { id, comment })
    case 'cancel':
      return call(cancelRequest, { id })
    case 'retry':
      return call(retryRequest, { id })
  }
}
