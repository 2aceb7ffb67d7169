import { redirect } from 'next/navigation'
import { goToSignIn } from '#app/_lib/prefetch.tsx'
import { NoTeam } from '#components/sign-in/no-team.tsx'
import { getMe } from '#server/contracts/people.ts'
import { PortalError } from '#server/errors.ts'
import { callFromPage } from '#server/http/call-from-page.ts'

/** Nobody stays here: a person goes to their team, a reviewer to the queue, somebody new learns how to get in. */
export default async function StartPage() {
  const me = await whoAmI()
  const own = me.teams.find((team) => team.role !== null)
  if (own) redirect(`/teams/${own.slug}`)
  if (me.teams.some((team) => team.can.includes('request.approve'))) redirect('/review')
  if (me.platformRoles.length > 0) redirect('/audit')
  return <NoTeam name={me.name} />
}

async function whoAmI() {
  try {
    return await callFromPage(getMe, {})
  } catch (error) {
    if (error instanceof PortalError && error.code === 'unauthenticated') return goToSignIn()
    throw error
  }
}
