import { Button } from '@mantine/core'
import { IconBrandGit } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { call } from '#components/queries/wire/call.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { startGitLink } from '#server/contracts/platform/git-account.ts'

type Props = { host: string; canLink: boolean }

export function LinkAccount({ host, canLink }: Props) {
  const start = useMutation({
    mutationFn: () => call(startGitLink, {}),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  if (!canLink) {
    return (
      <EmptyState title="Linking is not set up">
        A platform admin registers an OAuth app at the Git host and sets GIT_OAUTH_CLIENT_ID and
        GIT_OAUTH_CLIENT_SECRET. Until then, approve in the portal.
      </EmptyState>
    )
  }
  return (
    <>
      <EmptyState
        title="No account is linked"
        actions={
          <Button
            leftSection={<IconBrandGit size={16} stroke={1.7} />}
            loading={start.isPending || start.isSuccess}
            onClick={() => start.mutate()}
          >
            Link a Git account
          </Button>
        }
      >
        You sign in at {new URL(host).host} and agree. The portal reads who you are there, nothing else, and keeps no
        access to it.
      </EmptyState>
      {start.error && <ErrorState error={start.error} />}
    </>
  )
}
