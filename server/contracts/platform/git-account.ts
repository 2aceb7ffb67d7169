/** The account on the Git host that a person has shown to be theirs: their reviews there count here. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { Timestamp } from '../paging.ts'

export const GitAccountView = z.object({
  host: z.string().meta({ description: 'Address of the Git host for people' }),
  canLink: z.boolean().meta({ description: 'Whether the portal is set up for linking' }),
  account: z
    .object({
      login: z.string(),
      url: z.string(),
      linkedAt: Timestamp,
      source: z.enum(['oauth', 'identity']).meta({
        description: 'oauth: you have signed in there. identity: the identity provider says so',
      }),
    })
    .nullable(),
})
export type GitAccountView = z.infer<typeof GitAccountView>

export const getGitAccount = contract({
  method: 'GET',
  path: '/api/v1/me/git-account',
  action: 'gitAccount.read',
  summary: 'Your account on the Git host, if you have linked one',
  input: z.object({}),
  output: GitAccountView,
})

export const startGitLink = contract({
  method: 'POST',
  path: '/api/v1/me/git-account/link',
  action: 'gitAccount.link',
  summary: 'Where your browser goes to sign in at the Git host and agree; good for ten minutes',
  input: z.object({}).strict(),
  output: z.object({ url: z.string() }),
  errors: ['integration_unavailable', 'wrong_state'],
  secret: true,
})

export const finishGitLink = contract({
  method: 'POST',
  path: '/api/v1/me/git-account',
  action: 'gitAccount.link',
  summary: 'Link the account that the Git host has sent you back with',
  input: z.object({ code: z.string().min(1).max(255), state: z.string().min(1).max(1000) }).strict(),
  output: GitAccountView,
  errors: ['integration_unavailable', 'wrong_state', 'conflict'],
  secret: true,
})

export const unlinkGitAccount = contract({
  method: 'DELETE',
  path: '/api/v1/me/git-account',
  action: 'gitAccount.unlink',
  status: 204,
  summary: 'Unlink your account: reviews given there no longer count for requests that are not merged yet',
  input: z.object({}),
  output: z.void(),
  errors: ['wrong_state'],
})
