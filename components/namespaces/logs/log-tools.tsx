import { ActionIcon, NativeSelect, Switch } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { download } from '#components/ui/table/csv.ts'
import { CopyButton } from '#components/ui/text/copy-button.tsx'
import { mostLogLines, type PodLog } from '#server/contracts/pods.ts'
import classes from './logs.module.css'

type Props = {
  log: PodLog
  lines: string
  previous: boolean
  following: boolean
  choose: {
    container: (name: string | null) => void
    run: (run: 'previous' | null) => void
    lines: (lines: string | null) => void
    following: (following: boolean) => void
  }
}

const lengths = ['100', '500', '2000', String(mostLogLines)]

/** Which container, which run, how much of it; and the text to take along. */
export function LogTools({ log, lines, previous, following, choose }: Props) {
  const name = `${log.pod}-${log.container}${previous ? '-previous' : ''}.log`
  return (
    <div className={classes.tools}>
      {log.containers.length > 1 && (
        <NativeSelect
          size="xs"
          aria-label="Container"
          data={log.containers}
          value={log.container}
          onChange={(event) => choose.container(event.currentTarget.value)}
        />
      )}
      {(log.restarts > 0 || previous) && (
        <NativeSelect
          size="xs"
          aria-label="Run"
          data={[
            { value: '', label: 'This run' },
            { value: 'previous', label: 'The run before' },
          ]}
          value={previous ? 'previous' : ''}
          onChange={(event) => choose.run(event.currentTarget.value === 'previous' ? 'previous' : null)}
        />
      )}
      <NativeSelect
        size="xs"
        aria-label="How much"
        data={lengths.map((value) => ({ value, label: `Last ${Number(value).toLocaleString('en-US')} lines` }))}
        value={lines}
        onChange={(event) => choose.lines(event.currentTarget.value)}
      />
      <Switch
        size="xs"
        label="Follow"
        checked={following && !previous}
        disabled={previous}
        onChange={(event) => choose.following(event.currentTarget.checked)}
      />
      <span className={classes.take}>
        <CopyButton value={log.text} what="the log" />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          title="Download the log"
          aria-label="Download the log"
          disabled={log.text === ''}
          onClick={() => download(name, log.text, 'text/plain')}
        >
          <IconDownload size={15} stroke={1.7} />
        </ActionIcon>
      </span>
    </div>
  )
}
