'use client'

import { Button } from '@mantine/core'
import { IconLogin2 } from '@tabler/icons-react'
import { useState } from 'react'
import { Notice } from '#components/ui/page/notice.tsx'
import classes from './front-door.module.css'
import { FrontDoor } from './front-door.tsx'

/** The codes next-auth brings back, in words. */
const failures: Record<string, string> = {
  AccessDenied: 'The identity provider knows you, but you may not use this portal. Ask the platform team for access.',
  Configuration: 'Sign-in is not set up rightly. The platform team finds the reason in the log of the portal.',
  OAuthCallback: 'The identity provider’s answer could not be used. Start again; old tabs and bookmarks do not work.',
  OAuthSignin: 'The identity provider could not be reached. Try again in a moment.',
  SessionRequired: 'Your session has ended. Sign in to go on where you were.',
}
const otherFailure = 'Signing in did not work. Try again; if it stays, tell the platform team.'

export function SignIn({ from, error }: { from: string; error: string | null }) {
  const [going, setGoing] = useState(false)
  const [unreachable, setUnreachable] = useState(false)
  const start = async () => {
    setGoing(true)
    setUnreachable(false)
    try {
      const auth = await import('next-auth/react')
      const provider = Object.keys((await auth.getProviders()) ?? {})[0]
      if (!provider) throw new Error('No way to sign in is set up')
      await auth.signIn(provider, { callbackUrl: from })
    } catch {
      // Whatever failed between here and the provider, the person can only try again; the log has the cause.
      setUnreachable(true)
      setGoing(false)
    }
  }
  const message = unreachable
    ? failures.OAuthSignin
    : error && ((Object.hasOwn(failures, error) && failures[error]) || otherFailure)
  return (
    <FrontDoor title="Sign in">
      <p className={classes.text}>Ask for namespaces, ship models and watch them, without a ticket.</p>
      <div aria-live="polite">{message && <Notice tone="bad">{message}</Notice>}</div>
      <Button size="md" leftSection={<IconLogin2 size={18} stroke={1.7} />} loading={going} onClick={start}>
        Sign in with single sign-on
      </Button>
    </FrontDoor>
  )
}
