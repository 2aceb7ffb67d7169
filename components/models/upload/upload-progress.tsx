import { Button, Group, Progress } from '@mantine/core'
import { fileSize } from '#components/ui/figures/amounts.ts'
import classes from '../models.module.css'
import type { Phase } from './use-upload.ts'

type Props = {
  phase: Extract<Phase, { kind: 'sending' | 'paused' | 'checking' }>
  onPause: () => void
  onGoOn: () => void
  onCancel: () => void
}

/** How far a file is; what has arrived stays for a day, whatever becomes of the page. */
export function UploadProgress({ phase, onPause, onGoOn, onCancel }: Props) {
  const checking = phase.kind === 'checking'
  const share = checking ? 1 : phase.sent / phase.size
  const words = {
    sending: `Sending ${phase.name}`,
    paused: `Paused ${phase.name}`,
    checking: 'Checking it in isolation',
  }
  return (
    <div>
      <div className={classes.progressWords}>
        <span role="status">{words[phase.kind]}</span>
        <span>{checking ? 'You may leave this page' : `${Math.floor(share * 100)} % of ${fileSize(phase.size)}`}</span>
      </div>
      <Progress value={share * 100} animated={checking} mt={8} aria-label="Upload" />
      {!checking && (
        <Group mt="sm" gap="xs">
          {phase.kind === 'sending' ? (
            <Button variant="default" size="xs" onClick={onPause}>
              Pause
            </Button>
          ) : (
            <Button size="xs" onClick={onGoOn}>
              Go on
            </Button>
          )}
          <Button variant="default" size="xs" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      )}
    </div>
  )
}
