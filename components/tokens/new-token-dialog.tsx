'use client'

import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#components/queries/wire/call.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { CopyButton } from '#components/ui/text/copy-button.tsx'
import {
  createTeamToken,
  createToken,
  listTeamTokens,
  listTokens,
  type NewToken,
  type TokenScope,
} from '#server/contracts/tokens.ts'
import { isTeamScope, scopesOf, scopeWords } from './scopes.ts'

type Props = {
  /** Without one, the token acts as the person. */
  team: string | null
  onClose: () => void
}

export function NewTokenDialog({ team, onClose }: Props) {
  const [made, setMade] = useState<NewToken | null>(null)
  return (
    <Dialog
      onClose={onClose}
      title={made ? `Token ${made.name}` : 'Create a token'}
      // A click beside the dialog must not lose what is shown this once.
      closeOnClickOutside={made === null}
      closeOnEscape={made === null}
    >
      {made ? <Secret token={made} onClose={onClose} /> : <TokenForm team={team} onMade={setMade} />}
    </Dialog>
  )
}

function Secret({ token, onClose }: { token: NewToken; onClose: () => void }) {
  return (
    <Stack gap="md">
      <div role="status">
        <Notice tone="warn" title="Copy the token now">
          It is shown this once. Whoever has it can do what it may do, so keep it where secrets are kept.
        </Notice>
      </div>
      <TextInput
        label="Token"
        readOnly
        value={token.secret}
        onFocus={(event) => event.currentTarget.select()}
        rightSection={<CopyButton value={token.secret} what="token" />}
        rightSectionPointerEvents="all"
      />
      <Group justify="flex-end">
        <Button onClick={onClose}>I have copied it</Button>
      </Group>
    </Stack>
  )
}

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
]

type Values = { name: string; scopes: TokenScope[]; days: string }
const nothing: Values = { name: '', scopes: ['read'], days: '90' }

function TokenForm({ team, onMade }: { team: string | null; onMade: (token: NewToken) => void }) {
  const client = useQueryClient()
  const { form, submit, sending, problem } = useContractForm({
    schema: createToken.input,
    initialValues: nothing,
    toInput: ({ name, scopes, days }) => ({ name, scopes, days: Number(days) }),
    // Without a key to repeat it by: the secret would have to be kept for that.
    send: (input) =>
      team === null
        ? call(createToken, input)
        : call(createTeamToken, { ...input, team, scopes: input.scopes.filter(isTeamScope) }),
    onSent: (token) => {
      onMade(token)
      const queryKey = [team === null ? listTokens.path : listTeamTokens.path]
      client.invalidateQueries({ queryKey })
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="Says what it is for, such as nightly retraining"
          required
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Checkbox.Group label="May" required {...form.getInputProps('scopes')}>
          <Stack gap={8} mt={6}>
            {scopesOf(team).map((scope) => (
              <Checkbox key={scope} value={scope} label={`${scopeWords[scope]} (${scope})`} size="sm" />
            ))}
          </Stack>
        </Checkbox.Group>
        <NativeSelect label="Expires after" data={lifetimes} {...form.getInputProps('days')} />
      </Stack>
      <FormFooter label="Create the token" sending={sending} problem={problem} />
    </form>
  )
}
