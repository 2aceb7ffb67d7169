'use client'

import { Drawer } from '@mantine/core'
import { useReturnedFocus } from '#components/ui/overlay/use-returned-focus.ts'
import { FactList, Stack } from '#components/ui/page/layout.tsx'
import { exactTime } from '#components/ui/state/time-words.ts'
import { CodeBlock } from '#components/ui/text/code-block.tsx'
import type { AuditEntry } from '#server/contracts/platform/audit.ts'

const json = (value: unknown) => JSON.stringify(value, null, 2)

export function AuditDetail({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  useReturnedFocus(true)
  return (
    <Drawer opened onClose={onClose} position="right" size={460} title={`${entry.action}, number ${entry.sequence}`}>
      <Stack>
        <FactList
          facts={[
            ['When', exactTime(new Date(entry.at))],
            ['Who', `${entry.actor.name}, ${entry.actor.kind}`],
            ['On', `${entry.object.kind} ${entry.object.name}`],
            [
              'Object id',
              <span key="id" className="mono">
                {entry.object.id}
              </span>,
            ],
            ['Team', entry.team ?? '–'],
            ['Reason', entry.reason ?? 'None given'],
            [
              'Request id',
              <span key="request" className="mono">
                {entry.requestId ?? '–'}
              </span>,
            ],
          ]}
        />
        {entry.before != null && <Side title="Before" value={entry.before} />}
        {entry.after != null && <Side title="After" value={entry.after} />}
      </Stack>
    </Drawer>
  )
}

function Side({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <h3 style={{ margin: 0, fontSize: 13 }}>{title}</h3>
      <CodeBlock code={json(value)} what={`${title.toLowerCase()} as JSON`} />
    </div>
  )
}
