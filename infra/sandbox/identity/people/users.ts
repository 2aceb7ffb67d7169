import { z } from 'zod'

/** A person the identity provider knows. `subject` never changes; everything else may. */
export const IdentityUser = z.object({
  username: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots and dashes'),
  subject: z.string().min(1).max(255),
  password: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  email: z.email(),
  groups: z.array(z.string().min(1).max(255)).max(5000),
})
export type IdentityUser = z.infer<typeof IdentityUser>

const person = (username: string, name: string, groups: string[]): IdentityUser => ({
  username,
  subject: `demo-${username}`,
  password: 'modelyard',
  name,
  email: `${username}@modelyard.example`,
  groups,
})

/** Who can sign in to the demo: one person for each role, named by it. */
export const demoUsers: readonly IdentityUser[] = [
  person('admin', 'Platform admin', ['platform-admins']),
  person('reviewer', 'Platform reviewer', ['platform-reviewers']),
  person('auditor', 'Platform auditor', ['platform-auditors']),
  person('ml-maintainer', 'Maintainer of ml', ['team-ml-maintainers']),
  person('ml-member', 'Member of ml', ['team-ml-members']),
  person('ml-viewer', 'Viewer of ml', ['team-ml-viewers']),
  person('data-maintainer', 'Maintainer of data', ['team-data-maintainers']),
  person('data-member', 'Member of data', ['team-data-members']),
  person('visitor', 'Visitor without a team', []),
]
