import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { gitAccountQuery } from '#components/queries/git-account.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { OutsideLink } from '#components/ui/actions/text-link.tsx'
import { FactList } from '#components/ui/page/layout.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { type GitAccountView, unlinkGitAccount } from '#server/contracts/platform/git-account.ts'
import classes from './git-account.module.css'

const ConfirmDialog = dynamic(
  () => import('#components/ui/form/confirm-dialog.tsx').then((module) => module.ConfirmDialog),
  { ssr: false },
)

const told = { oauth: 'you, by signing in there', identity: 'the identity provider' }

type Props = { host: string; account: NonNullable<GitAccountView['account']> }

export function LinkedAccount({ host, account }: Props) {
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const unlink = useMutation({
    mutationFn: () => call(unlinkGitAccount, {}),
    onSuccess: () => {
      notify(`${account.login} is no longer linked`)
      setAsking(false)
    },
    onSettled: () => client.invalidateQueries({ queryKey: gitAccountQuery().queryKey }),
  })
  return (
    <div className={classes.linked}>
      <FactList
        facts={[
          [
            'Account',
            <OutsideLink key="account" href={account.url}>
              {account.login}
            </OutsideLink>,
          ],
          ['At', new URL(host).host],
          ['Linked', <RelativeTime key="since" at={account.linkedAt} />],
          ['Shown by', told[account.source]],
        ]}
      />
      <p className={classes.note}>
        A review you give there on the commit that stands counts as yours here, once. It never counts for what you have
        asked for yourself.
      </p>
      <Button variant="default" c="var(--bad-text)" onClick={() => setAsking(true)}>
        Unlink {account.login}
      </Button>
      {asking && (
        <ConfirmDialog
          opened
          onClose={() => setAsking(false)}
          title={`Unlink ${account.login}`}
          confirmLabel={`Unlink ${account.login}`}
          onConfirm={() => unlink.mutate()}
          pending={unlink.isPending}
          error={unlink.error}
        >
          Reviews you gave there stop counting for requests that are not merged yet. That you have held this account
          stays on record.
        </ConfirmDialog>
      )}
    </div>
  )
}
