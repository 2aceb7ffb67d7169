/** Groups of the identity provider become roles here, by a mapping that an operator writes. */
import { z } from 'zod'
import { PlatformRole, platformRoles, TeamRole, teamRoles } from '../../contracts/people.ts'

const roleHelp = `A role is one of ${[...platformRoles, ...teamRoles].join(', ')}, or <team>:<role> for one team.`

/** Group → role. `{team}` in a group's name stands for a team's slug; `ml:member` names the team itself. */
export const GroupRoles = z.record(z.string().min(1).max(255), z.string()).superRefine((mapping, context) => {
  for (const [group, role] of Object.entries(mapping)) {
    if (readRole(group, role) === undefined) context.addIssue({ code: 'custom', message: `${group}: ${roleHelp}` })
  }
})
export type GroupRoles = z.output<typeof GroupRoles>

export type MappedRoles = {
  platform: PlatformRole[]
  teams: Map<string, TeamRole>
  /** Those of the person's groups that mean something here. */
  groups: string[]
}

type Meaning = { platform: PlatformRole } | { team: string | 'named'; role: TeamRole }

export function mapGroups(mapping: GroupRoles, groups: readonly string[]): MappedRoles {
  const platform = new Set<PlatformRole>()
  const teams = new Map<string, TeamRole>()
  const meant = new Set<string>()
  const rules = Object.entries(mapping).map(([group, role]) => ({
    matches: matcher(group),
    meaning: readRole(group, role),
  }))
  for (const group of new Set(groups)) {
    for (const { matches, meaning } of rules) {
      const match = matches(group)
      if (!match || !meaning) continue
      meant.add(group)
      if ('platform' in meaning) platform.add(meaning.platform)
      else strengthen(teams, meaning.team === 'named' ? (match.team ?? '') : meaning.team, meaning.role)
    }
  }
  return { platform: platformRoles.filter((role) => platform.has(role)), teams, groups: [...meant].sort() }
}

/** Of two roles in one team the stronger one counts. */
function strengthen(teams: Map<string, TeamRole>, team: string, role: TeamRole): void {
  const before = teams.get(team)
  if (!before || teamRoles.indexOf(role) < teamRoles.indexOf(before)) teams.set(team, role)
}

export const strongest = (roles: readonly TeamRole[]): TeamRole | undefined =>
  teamRoles.find((role) => roles.includes(role))

function readRole(group: string, role: string): Meaning | undefined {
  const platform = PlatformRole.safeParse(role)
  if (platform.success) return group.includes('{team}') ? undefined : { platform: platform.data }
  const [first, second] = role.split(':')
  const ofTeam = TeamRole.safeParse(second ?? first)
  if (!ofTeam.success) return undefined
  if (second !== undefined) return first && !group.includes('{team}') ? { team: first, role: ofTeam.data } : undefined
  return group.includes('{team}') ? { team: 'named', role: ofTeam.data } : undefined
}

function matcher(pattern: string): (group: string) => { team?: string } | undefined {
  const [before, after] = pattern.split('{team}')
  if (before === undefined || after === undefined) return (group) => (group === pattern ? {} : undefined)
  return (group) => {
    if (!group.startsWith(before) || !group.endsWith(after)) return undefined
    const team = group.slice(before.length, group.length - after.length)
    return /^[a-z][a-z0-9-]{0,19}$/.test(team) ? { team } : undefined
  }
}
