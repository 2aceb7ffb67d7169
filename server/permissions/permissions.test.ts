import { describe, expect, it } from 'vitest'
import { UserId } from '../contracts/names.ts'
import type { PlatformRole, TeamRole } from '../contracts/people.ts'
import { PortalError } from '../errors.ts'
import { catalogue } from '../http/catalogue.ts'
import { type Actor, systemActor } from './actor.ts'
import { actionsFor, allows, demand, demandScope, visibleTeams } from './permissions.ts'
import { actions, ruleOf } from './table.ts'

const person = (platformRoles: PlatformRole[], teams: Record<string, TeamRole> = {}): Actor => ({
  kind: 'user',
  userId: UserId.parse('5f0c7a3e-9f0e-4c55-9b43-2f8f4f6f7a10'),
  name: 'Somebody',
  platformRoles,
  teams: new Map(Object.entries(teams)),
  scopes: null,
  requestId: null,
})

const codeOf = (act: () => void) => {
  try {
    act()
    return 'allowed'
  } catch (error) {
    return error instanceof PortalError ? error.code : 'another error'
  }
}

describe('the permission table', () => {
  it('has a row for the action of every contract, and no row that nothing asks', () => {
    const asked = new Set(catalogue.map(({ contract }) => contract.action))
    expect([...asked].filter((action) => !ruleOf(action))).toEqual([])
    expect(actions.filter((action) => !asked.has(action))).toEqual([])
  })

  it('lets viewers and auditors change nothing', () => {
    const viewer = person([], { ml: 'viewer' })
    const auditor = person(['auditor'])
    const own = ['me.signOut', 'token.create', 'token.revoke', 'gitAccount.link', 'gitAccount.unlink']
    const changing = actions.filter((action) => ruleOf(action)?.changes && !own.includes(action))
    for (const action of changing) {
      expect([action, allows(viewer, action, 'ml').allowed]).toEqual([action, false])
      expect([action, allows(auditor, action, 'ml').allowed]).toEqual([action, false])
    }
  })

  it('gives a role in one team nothing in another', () => {
    const maintainer = person([], { ml: 'maintainer' })
    const ofTeams = actions.filter((action) => ruleOf(action)?.scope === 'team')
    expect(ofTeams.filter((action) => allows(maintainer, action, 'data').allowed)).toEqual([])
  })
})

describe('permissions', () => {
  it('refuse what nobody wrote down', () => {
    expect(allows(person(['admin']), 'team.explode', 'ml')).toMatchObject({ allowed: false })
    expect(allows(person(['admin']), 'constructor')).toMatchObject({ allowed: false })
  })

  it('say who may', () => {
    expect(allows(person([], { ml: 'member' }), 'member.set', 'ml')).toEqual({
      allowed: false,
      why: 'Only a maintainer of team ml or a platform admin may add members and change roles.',
    })
  })

  it('hide the teams that one may not see', () => {
    expect(codeOf(() => demand(person([], { ml: 'member' }), 'team.read', 'data'))).toBe('not_found')
    expect(codeOf(() => demand(person([], { ml: 'member' }), 'team.update', 'ml'))).toBe('forbidden')
    expect(codeOf(() => demand(person(['auditor']), 'team.update', 'data'))).toBe('forbidden')
    expect(codeOf(() => demand(person(['auditor']), 'team.read', 'data'))).toBe('allowed')
  })

  it('keep a token within its scopes, whatever its owner may do', () => {
    const token: Actor = { ...person(['admin'], { ml: 'maintainer' }), kind: 'token', scopes: ['read'] }
    expect(allows(token, 'team.read', 'ml').allowed).toBe(true)
    expect(allows(token, 'team.update', 'ml')).toMatchObject({ why: 'This token lacks the scope teams.' })
    expect(allows({ ...token, scopes: ['teams'] }, 'team.update', 'ml').allowed).toBe(true)
    expect(allows({ ...token, scopes: ['teams'] }, 'token.create').allowed).toBe(false)
    expect(codeOf(() => demandScope(token, 'request.approve'))).toBe('forbidden')
  })

  it('let the portal itself do its work', () => {
    expect(allows(systemActor('seed'), 'team.create').allowed).toBe(true)
    expect(visibleTeams(systemActor('seed'))).toBe('all')
  })

  it('list what somebody may do in a team apart from what they may do on the platform', () => {
    expect(actionsFor(person([], { ml: 'viewer' }), 'ml')).toContain('request.read')
    expect(actionsFor(person([], { ml: 'viewer' }), 'ml')).not.toContain('request.submit')
    expect(actionsFor(person(['admin']))).toContain('team.create')
    expect(actionsFor(person(['reviewer']))).toContain('request.approve')
    expect(actionsFor(person([], { ml: 'maintainer' }))).not.toContain('request.approve')
    expect(actionsFor(person(['reviewer']))).not.toContain('team.create')
  })
})
