/**
 * Who may do what. This is the only such table: the API, the buttons, the docs and the generated RoleBindings read it.
 * What is not in here is nobody's to do.
 */
import type { PlatformRole, TeamRole } from '../contracts/people.ts'
import type { TokenScope } from '../contracts/tokens.ts'

export type Rule = {
  /** Completes the sentence "may …". */
  summary: string
  scope: 'anyone_signed_in' | 'platform' | 'team'
  platform: readonly PlatformRole[]
  team: readonly TeamRole[]
  changes: boolean
  /** The scope a token needs (`read` is everything that changes nothing); null where no token will do. */
  token: TokenScope | null
}

const seesAll: readonly PlatformRole[] = ['admin', 'reviewer', 'auditor']
const everyone: readonly TeamRole[] = ['maintainer', 'member', 'viewer']
const builders: readonly TeamRole[] = ['maintainer', 'member']
const maintainers: readonly TeamRole[] = ['maintainer']

const signedIn = (summary: string): Rule => ({
  summary,
  scope: 'anyone_signed_in',
  platform: [],
  team: [],
  changes: false,
  token: 'read',
})
const ofPlatform = (summary: string, platform: readonly PlatformRole[], token: TokenScope | null): Rule => ({
  summary,
  scope: 'platform',
  platform,
  team: [],
  changes: token !== 'read',
  token,
})
const seen = (summary: string): Rule => ({
  summary,
  scope: 'team',
  platform: seesAll,
  team: everyone,
  changes: false,
  token: 'read',
})
const done = (
  summary: string,
  team: readonly TeamRole[],
  token: TokenScope | null,
  platform: readonly PlatformRole[] = [],
): Rule => ({ summary, scope: 'team', platform, team, changes: true, token })

export const table = {
  'me.read': signedIn('see who they are'),
  'me.signOut': { ...signedIn('end their own sessions'), changes: true, token: null },
  'policy.read': signedIn('read presets, prices and rules'),
  'integration.list': signedIn('see whether what the portal depends on answers'),
  'people.find': signedIn('find people by name'),

  'people.setAccess': ofPlatform('let people in or keep them out', ['admin'], null),

  'token.list': { ...signedIn('list their own tokens'), token: null },
  'token.create': { ...signedIn('make a token of their own'), changes: true, token: null },
  'token.revoke': { ...signedIn('revoke their own tokens'), changes: true, token: null },
  'teamToken.list': { ...done('list the team’s tokens', maintainers, null, ['admin', 'auditor']), changes: false },
  'teamToken.create': done('make a token for the team', maintainers, null),
  'teamToken.revoke': done('revoke a token of the team', maintainers, null, ['admin']),

  'gitAccount.read': signedIn('see which account on the Git host they have linked'),
  'gitAccount.link': { ...signedIn('link an account on the Git host'), changes: true, token: null },
  'gitAccount.unlink': { ...signedIn('unlink their account on the Git host'), changes: true, token: null },

  'team.list': signedIn('list the teams they can see'),
  'team.read': seen('see the team'),
  'team.create': ofPlatform('create a team', ['admin'], 'teams'),
  'team.update': done('change the team’s name, cost centre and contact', maintainers, 'teams', ['admin']),
  'team.setAllowances': ofPlatform('set a team’s allowance', ['admin'], 'teams'),
  'team.archive': ofPlatform('archive a team', ['admin'], 'teams'),
  'member.list': seen('see the members'),
  'member.set': done('add members and change roles', maintainers, 'teams', ['admin']),
  'member.remove': done('remove members', maintainers, 'teams', ['admin']),

  'request.list': seen('see requests'),
  'request.read': seen('see a request'),
  'request.submit': done('ask for a change', builders, 'requests'),
  'request.cancel': done('withdraw a request', builders, 'requests', ['admin']),
  'request.approve': done('approve or refuse a request of somebody else', maintainers, 'approvals', [
    'admin',
    'reviewer',
  ]),

  'namespace.list': seen('see namespaces'),
  'namespace.read': seen('see a namespace'),
  // As their account in the cluster has it; reviewers and auditors have no need of what a team's programs say.
  'pod.readLog': { ...seen('read what the team’s pods write'), platform: ['admin'] },
  'model.list': seen('see models'),
  'model.read': seen('see a model'),
  'model.create': done('register a model', builders, 'models'),
  'model.upload': done('upload a version', builders, 'models'),
  'deployment.list': seen('see deployments'),
  'deployment.read': seen('see a deployment'),
  'application.read': seen('see how far what Git says has come'),
  'application.refresh': done('ask Argo CD to look again', builders, 'requests', ['admin']),
  'application.sync': done('ask Argo CD to apply what Git says now', maintainers, 'requests', ['admin']),
  'playground.use': done('predict with a deployed model', builders, 'predictions', ['admin']),

  'metrics.read': seen('see metrics'),
  'alert.list': seen('see alerts'),
  'alert.silence': done('silence an alert', builders, 'alerts', ['admin']),

  'audit.read': seen('read the audit log'),

  'live.follow': signedIn('follow changes as they happen'),
} as const satisfies Record<string, Rule>

export type Action = keyof typeof table
export const actions: readonly Action[] = Object.keys(table).filter((name): name is Action => name in table)

const rules: Record<string, Rule> = table

/** The rule of an action, or undefined for one that nobody wrote down. */
export function ruleOf(action: string): Rule | undefined {
  return Object.hasOwn(rules, action) ? rules[action] : undefined
}
