import type { Metadata } from 'next'
import { safeReturn } from '#components/sign-in/safe-return.ts'
import { SignIn } from '#components/sign-in/sign-in.tsx'

export const metadata: Metadata = { title: 'Sign in' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function SignInPage({ searchParams }: Props) {
  const { from, callbackUrl, error } = await searchParams
  return <SignIn from={safeReturn(from ?? callbackUrl)} error={typeof error === 'string' ? error : null} />
}
