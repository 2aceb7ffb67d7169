/** The three questions one asks of the table: may they, insist on it, and what may they all do here. */
import { failure, notFound } from '../errors.ts'
import type { Actor } from './actor.ts'
import { type Action, actions, type Rule, ruleOf } from './table.ts'

export type Answer = { allowed: true } | { allowed: false; why: string }

const yes: Answer = { allowed: true }
const no = (why: string): Answer => ({ allowed: false, why })

/** May this actor do this, in this team where the action is a team's? */
export function allows(actor: Actor, action: string, team?: string): Answer {
  const rule = ruleOf(action)
  if (!rule) return no(`Nobody may do ${action}: it is not in the permission table.`)
  if (actor.kind === 'system') return yes
  const byToken = tokenAllows(actor, rule)
  if (!byToken.allowed) return byToken
  if (rule.scope === 'anyone_signed_in') return yes
  if (rule.platform.some((role) => actor.platformRoles.includes(role))) return yes
  const role = team === undefined ? undefined : actor.teams.get(team)
  if (rule.scope === 'team' && role && rule.team.includes(role)) return yes
  return no(`Only ${whoMay(rule, team)} may ${rule.summary}.`)
}

/** Throws unless it is allowed. What a person may not even see does not exist for them. */
export function demand(actor: Actor, action: string, team?: string): void {
  const answer = allows(actor, action, team)
  if (answer.allowed) return
  if (team !== undefined && !canSee(actor, team)) throw notFound(`Team ${team}`)
  throw failure('forbidden', answer.why, 'Ask one of them to do it, or to give you that role.')
}

/** Throws unless it could be allowed in some team: all that can be told before the team is known. */
export function demandScope(actor: Actor, action: string): void {
  const rule = ruleOf(action)
  const answer = rule?.scope !== 'team' || actor.kind === 'system' ? allows(actor, action) : tokenAllows(actor, rule)
  if (!answer.allowed) throw failure('forbidden', answer.why, 'Ask somebody who may, or use a token made for it.')
}

/** Everything this actor may do in a team; without a team, what they may do whatever the team. */
export function actionsFor(actor: Actor, team?: string): Action[] {
  const asked = team === undefined ? actions : actions.filter((action) => ruleOf(action)?.scope === 'team')
  return asked.filter((action) => allows(actor, action, team).allowed)
}

/** Does the team exist for this actor? A token made for something else than reading still knows its own teams. */
export function canSee(actor: Actor, team: string): boolean {
  return seesEveryTeam(actor) || actor.teams.has(team)
}

export function seesEveryTeam(actor: Actor): boolean {
  return actor.kind === 'system' || actor.platformRoles.length > 0
}

/** The teams whose things lists may show: all of them, or these. */
export function visibleTeams(actor: Actor): 'all' | string[] {
  return seesEveryTeam(actor) ? 'all' : [...actor.teams.keys()]
}

function tokenAllows(actor: Actor, rule: Rule): Answer {
  if (actor.scopes === null) return yes
  if (rule.token === null) return no(`A token may not ${rule.summary}; sign in to do it.`)
  return actor.scopes.includes(rule.token) ? yes : no(`This token lacks the scope ${rule.token}.`)
}

function whoMay(rule: Rule, team: string | undefined): string {
  const where = team === undefined ? 'the team' : `team ${team}`
  const people = [
    ...rule.team.map((role) => `a ${role} of ${where}`),
    ...rule.platform.map((role) => (role === 'reviewer' ? 'a platform reviewer' : `a platform ${role}`)),
  ]
  return people.length > 1 ? `${people.slice(0, -1).join(', ')} or ${people.at(-1)}` : (people[0] ?? 'nobody')
}
