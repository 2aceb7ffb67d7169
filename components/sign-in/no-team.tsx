'use client'

import { Button } from '@mantine/core'
import classes from './front-door.module.css'
import { FrontDoor } from './front-door.tsx'

export function NoTeam({ name }: { name: string }) {
  const signOut = async () => {
    const auth = await import('next-auth/react')
    await auth.signOut({ callbackUrl: '/sign-in' })
  }
  return (
    <FrontDoor title="You are not in a team yet">
      <p className={classes.text}>
        You are signed in as {name}. Everything here belongs to a team, so there is nothing to show until you are in
        one.
      </p>
      <p className={classes.text}>
        Ask a maintainer of your team to add you; they find you by this name under Team. If your company manages teams
        by groups, ask for the group instead, then sign in again.
      </p>
      <Button component="a" href="/">
        Look again
      </Button>
      <Button variant="default" onClick={signOut}>
        Sign out
      </Button>
    </FrontDoor>
  )
}
