import type { RequestView } from '#server/contracts/requests.ts'

export type Decision = RequestView['actions'][number]['action']

export const actionOrder: readonly Decision[] = ['approve', 'requestChanges', 'retry', 'reject', 'cancel']
export const isDecision = (action: Decision) => actionOrder.includes(action)

export const shortHead = (request: RequestView) => request.pullRequest?.headSha?.slice(0, 7) ?? ''

/** A button says what will happen, and to which commit. */
export function decisionLabel(decision: Decision, request: RequestView): string {
  switch (decision) {
    case 'approve':
      return `Approve ${shortHead(request)}`.trim()
    case 'requestChanges':
      return 'Request changes'
    case 'reject':
      return 'Reject'
    case 'cancel':
      return 'Withdraw request'
    case 'retry':
      return 'Try again'
  }
}
