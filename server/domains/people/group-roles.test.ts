import { describe, expect, it } from 'vitest'
import { GroupRoles, mapGroups } from './group-roles.ts'

const mapping = GroupRoles.parse({
  'platform-admins': 'admin',
  'team-{team}-maintainers': 'maintainer',
  'team-{team}-members': 'member',
  'data-science': 'ml:viewer',
})

describe('groups of the identity provider', () => {
  it('become platform roles and team roles', () => {
    const { platform, teams, groups } = mapGroups(mapping, ['platform-admins', 'team-ml-members', 'lunch-club'])
    expect(platform).toEqual(['admin'])
    expect([...teams]).toEqual([['ml', 'member']])
    expect(groups).toEqual(['platform-admins', 'team-ml-members'])
  })

  it('give the stronger of two roles in one team, in whatever order they come', () => {
    for (const groups of [
      ['team-ml-members', 'team-ml-maintainers', 'data-science'],
      ['data-science', 'team-ml-maintainers', 'team-ml-members'],
    ]) {
      expect(mapGroups(mapping, groups).teams.get('ml')).toBe('maintainer')
    }
  })

  it('mean nothing when they only look alike', () => {
    const strangers = [
      'Platform-Admins',
      'platform-admins ',
      'team--members',
      'team-ML-members',
      'team-../ml-members',
      'team-__proto__-members',
      'xteam-ml-members',
      'team-ml-members\n',
    ]
    expect(mapGroups(mapping, strangers)).toMatchObject({ platform: [], groups: [] })
  })

  it('may be very many', () => {
    const many = [...Array.from({ length: 5000 }, (_, index) => `company-${index}`), 'team-data-members']
    expect([...mapGroups(mapping, many).teams]).toEqual([['data', 'member']])
  })

  it.each([
    ['a role that is none', { g: 'emperor' }],
    ['a team role without a team', { g: 'member' }],
    ['a platform role for a group of teams', { 'team-{team}': 'admin' }],
    ['a team named twice', { 'team-{team}': 'ml:member' }],
  ])('cannot be mapped to %s', (_, faulty) => {
    expect(GroupRoles.safeParse(faulty).success).toBe(false)
  })
})
