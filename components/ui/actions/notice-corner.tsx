'use client'

import { IconCheck } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'
import classes from './notice-corner.module.css'
import { notice } from './notify.ts'

export function NoticeCorner() {
  const shown = useSyncExternalStore(notice.subscribe, notice.current, () => null)
  return (
    <div className={classes.corner} role="status">
      {shown && (
        <div key={shown.id} className={classes.notice}>
          <IconCheck size={16} stroke={2} aria-hidden />
          {shown.message}
        </div>
      )}
    </div>
  )
}
