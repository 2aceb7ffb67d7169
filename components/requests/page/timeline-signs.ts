import {
  IconArrowBackUp,
  IconBan,
  IconCheck,
  IconChecks,
  IconCircleCheck,
  IconGitMerge,
  IconGitPullRequest,
  IconGitPullRequestClosed,
  IconMessage,
  IconPoint,
  IconSend,
  IconUpload,
  IconUserMinus,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react'
import type { Tone } from '#components/ui/state/tone.ts'

type Sign = { icon: TablerIcon; tone?: Tone }

/** What each event of a request looks like; without a tone it has the accent. */
const signs: Record<string, Sign> = {
  submitted: { icon: IconSend },
  opened: { icon: IconGitPullRequest },
  approve: { icon: IconCheck },
  quorum: { icon: IconChecks },
  quorum_lost: { icon: IconUserMinus, tone: 'warn' },
  approval_withdrawn: { icon: IconUserMinus, tone: 'warn' },
  changes_withdrawn: { icon: IconMessage },
  push: { icon: IconUpload, tone: 'warn' },
  head_moved: { icon: IconUpload, tone: 'warn' },
  request_changes: { icon: IconMessage, tone: 'warn' },
  reject: { icon: IconX, tone: 'bad' },
  cancel: { icon: IconBan, tone: 'neutral' },
  closed_on_host: { icon: IconGitPullRequestClosed, tone: 'neutral' },
  merge: { icon: IconGitMerge },
  merged: { icon: IconGitMerge },
  merged_on_host: { icon: IconGitMerge },
  applied: { icon: IconCircleCheck, tone: 'good' },
  fail: { icon: IconX, tone: 'bad' },
  retry: { icon: IconArrowBackUp },
}

/** The type comes from the wire; one we do not know is a plain point. */
export const signOf = (type: string): Sign =>
  (Object.hasOwn(signs, type) ? signs[type] : undefined) ?? { icon: IconPoint }
