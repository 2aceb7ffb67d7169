import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Tone } from '#components/ui/state/tone.ts'
import classes from './page.module.css'

const icons = {
  good: IconCircleCheck,
  info: IconInfoCircle,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  neutral: IconInfoCircle,
}

type Props = { tone: Tone; title?: ReactNode; action?: ReactNode; children?: ReactNode }

export function Notice({ tone, title, action, children }: Props) {
  const Icon = icons[tone]
  return (
    <div className={classes.notice} data-tone={tone}>
      <Icon size={18} stroke={1.7} aria-hidden />
      <div className={classes.noticeBody}>
        {title && <div className={classes.noticeTitle}>{title}</div>}
        {children}
      </div>
      {action && <div className={classes.noticeAction}>{action}</div>}
    </div>
  )
}
