import { Button } from '@mantine/core'
import { Notice } from '#components/ui/page/notice.tsx'

/** Says that somebody else was faster, before anything is sent in vain. */
export function Overtaken({ what, onRestart }: { what: string; onRestart: () => void }) {
  return (
    <Notice
      tone="warn"
      title={`Somebody else has changed ${what} meanwhile`}
      action={
        <Button variant="default" size="xs" onClick={onRestart}>
          Show what it is now
        </Button>
      }
    >
      What you typed stands on what was there before, so it cannot be saved.
    </Notice>
  )
}
