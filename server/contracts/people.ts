/** Who is signed in, and who belongs to which team. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { Environment, prose, Reason, TeamSlug, UserId } from './names.ts'
import { Paging, page, sorting, Timestamp } from './paging.ts'
import { Amounts, BytesText, CpuText } from './quantity.ts'

export const platformRoles = ['admin', 'reviewer', 'auditor'] as const
export const PlatformRole = z.enum(platformRoles)
export type PlatformRole = z.infer<typeof PlatformRole>

export const teamRoles = ['maintainer', 'member', 'viewer'] as const
export const TeamRole = z.enum(teamRoles)
export type TeamRole = z.infer<typeof TeamRole>

export const Person = z.object({ id: UserId, name: z.string() })
export type Person = z.infer<typeof Person>

export const Me = z.object({
  id: UserId,
  name: z.string(),
  email: z.string().nullable(),
  platformRoles: z.array(PlatformRole),
  teams: z.array(
    z.object({
      slug: TeamSlug,
      name: z.string(),
      role: TeamRole.nullable(),
      can: z.array(z.string()).meta({ description: 'Actions this person may take in the team' }),
    }),
  ),
  can: z.array(z.string()).meta({ description: 'Actions this person may take on the platform and in every team' }),
})
export type Me = z.infer<typeof Me>

export const getMe = contract({
  method: 'GET',
  path: '/api/v1/me',
  action: 'me.read',
  summary: 'Who you are, your teams and what you may do',
  input: z.object({}),
  output: Me,
})

export const signOutEverywhere = contract({
  method: 'POST',
  path: '/api/v1/me/sign-out-everywhere',
  action: 'me.signOut',
  status: 204,
  summary: 'End every session of yours, on every device, within a minute',
  input: z.object({}).strict(),
  output: z.void(),
})

export const setAccess = contract({
  method: 'PUT',
  path: '/api/v1/people/{user}/access',
  action: 'people.setAccess',
  summary: 'Let a person in, or keep them out with all their sessions and tokens',
  input: z.object({ user: UserId, enabled: z.boolean(), reason: Reason }).strict(),
  output: Person.extend({ enabled: z.boolean() }),
  errors: ['wrong_state'],
})

export const Allowances = z.object({ dev: Amounts, staging: Amounts, prod: Amounts })
export type Allowances = z.infer<typeof Allowances>

export const TeamView = z.object({
  slug: TeamSlug,
  name: z.string(),
  costCentre: z.string(),
  onCall: z.string(),
  allowances: Allowances,
  archivedAt: Timestamp.nullable(),
  memberCount: z.number().int(),
  version: z.number().int(),
})
export type TeamView = z.infer<typeof TeamView>

export const TeamSort = sorting(['slug', 'name', 'costCentre', 'onCall', 'createdAt'])

export const listTeams = contract({
  method: 'GET',
  path: '/api/v1/teams',
  action: 'team.list',
  summary: 'Teams you can see',
  input: Paging.extend({ sort: TeamSort.default('slug') }),
  output: page(TeamView),
})

export const getTeam = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}',
  action: 'team.read',
  versioned: true,
  summary: 'One team',
  input: z.object({ team: TeamSlug }),
  output: TeamView,
})

const teamFields = {
  name: prose('The display name', { min: 2, max: 60 }),
  costCentre: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/, 'A cost centre has letters, digits, dots, dashes, at most 31.'),
  onCall: prose('The on-call contact', { min: 2, max: 120 }),
}

/** Like a quota, but nothing at all is an answer too. */
const AllowanceAmounts = z
  .object({
    cpu: CpuText,
    memory: BytesText,
    gpu: z.number().int('GPUs are whole devices.').min(0, 'A number of GPUs cannot be negative.').max(1000).default(0),
    storage: BytesText.default('0Gi'),
  })
  .strict()
export const AllowanceInput = z
  .object({ dev: AllowanceAmounts, staging: AllowanceAmounts, prod: AllowanceAmounts })
  .strict()

export const createTeam = contract({
  method: 'POST',
  path: '/api/v1/teams',
  action: 'team.create',
  status: 201,
  summary: 'Create a team with its allowance in each environment',
  input: z.object({ slug: TeamSlug, ...teamFields, allowances: AllowanceInput }).strict(),
  output: TeamView,
  errors: ['name_taken'],
})

export const updateTeam = contract({
  method: 'PATCH',
  path: '/api/v1/teams/{team}',
  action: 'team.update',
  versioned: true,
  summary: 'Change a team’s name, cost centre, on-call contact',
  input: z
    .object({
      team: TeamSlug,
      name: teamFields.name.optional(),
      costCentre: teamFields.costCentre.optional(),
      onCall: teamFields.onCall.optional(),
    })
    .strict(),
  output: TeamView,
  errors: ['stale_version', 'version_required'],
})

export const setAllowances = contract({
  method: 'PUT',
  path: '/api/v1/teams/{team}/allowances',
  action: 'team.setAllowances',
  versioned: true,
  summary: 'Set a team’s allowance in each environment',
  input: z.object({ team: TeamSlug, allowances: AllowanceInput }).strict(),
  output: TeamView,
  errors: ['stale_version', 'version_required'],
})

export const archiveTeam = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/archive',
  action: 'team.archive',
  summary: 'Archive a team that has no namespaces left',
  input: z.object({ team: TeamSlug }).strict(),
  output: TeamView,
  errors: ['wrong_state'],
})

export const MemberView = z.object({
  user: Person,
  email: z.string().nullable(),
  role: TeamRole,
  source: z.enum(['portal', 'group']).meta({ description: 'Members from an identity group are managed there' }),
  since: Timestamp,
})
export type MemberView = z.infer<typeof MemberView>

export const MemberSort = sorting(['name', 'role', 'source', 'since'])

export const listMembers = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/members',
  action: 'member.list',
  summary: 'Members of a team and their roles',
  input: Paging.extend({ team: TeamSlug, sort: MemberSort.default('name') }),
  output: page(MemberView),
})

export const setMember = contract({
  method: 'PUT',
  path: '/api/v1/teams/{team}/members/{user}',
  action: 'member.set',
  summary: 'Add a member or change a role',
  input: z.object({ team: TeamSlug, user: UserId, role: TeamRole }).strict(),
  output: MemberView,
  errors: ['wrong_state'],
})

export const removeMember = contract({
  method: 'DELETE',
  path: '/api/v1/teams/{team}/members/{user}',
  action: 'member.remove',
  status: 204,
  summary: 'Remove a member; the last maintainer stays',
  input: z.object({ team: TeamSlug, user: UserId }),
  output: z.void(),
  errors: ['wrong_state'],
})

export const findPeople = contract({
  method: 'GET',
  path: '/api/v1/people',
  action: 'people.find',
  summary: 'People who have signed in, by name or e-mail',
  input: Paging.extend({ q: z.string().max(100).default('') }),
  output: page(Person.extend({ email: z.string().nullable() })),
})

export const AllowanceUse = z.object({
  environment: Environment,
  allowance: Amounts,
  committed: Amounts,
  left: Amounts,
})
export const getAllowanceUse = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/allowance-use',
  action: 'team.read',
  summary: 'What the team may use, has asked for, and has left in each environment',
  input: z.object({ team: TeamSlug }),
  output: z.object({ environments: z.array(AllowanceUse) }),
})
export type AllowanceUse = z.infer<typeof AllowanceUse>
