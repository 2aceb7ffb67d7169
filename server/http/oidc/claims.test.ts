import { describe, expect, it } from 'vitest'
import { readClaims } from './claims.ts'

const names = { groupsClaim: 'groups', gitLoginClaim: 'git_login' }
const base = { iss: 'https://id.example', sub: 'abc' }
const read = (more: object) => readClaims({ ...base, ...more }, names)

describe('the claims of an ID token', () => {
  it('tell who it is by issuer and subject', () => {
    const { identity, gitLogin } = read({
      name: 'Reviewer',
      email: 'r@example.com',
      groups: ['a', 'b'],
      git_login: 'octo-cat',
    })
    expect(identity).toEqual({
      issuer: base.iss,
      subject: 'abc',
      name: 'Reviewer',
      email: 'r@example.com',
      groups: ['a', 'b'],
    })
    expect(gitLogin).toBe('octo-cat')
  })

  it.each([{ sub: '' }, { sub: undefined }, { sub: 5 }, { iss: '' }])('are refused without either: %j', (more) => {
    expect(() => read(more)).toThrow()
  })

  it('are shown as one plain line', () => {
    expect(read({ name: 'A\u202e\u0000\nB' }).identity.name).toBe('A B')
    expect(read({ name: '  ', preferred_username: 'amy' }).identity.name).toBe('amy')
    expect(read({ name: 'x'.repeat(5000) }).identity.name).toHaveLength(200)
    expect(read({}).identity.name).toBe('Somebody without a name')
    expect(read({ name: 42, email: ['x'] }).identity).toMatchObject({ name: 'Somebody without a name', email: null })
  })

  it.each([
    [
      ['a', 5, null, { b: 1 }, 'c'],
      ['a', 'c'],
    ],
    ['one', ['one']],
    [{ a: 1 }, []],
    [null, []],
    [undefined, []],
  ])('have groups in odd shapes: %j', (groups, wanted) => {
    expect(read({ groups }).identity.groups).toEqual(wanted)
  })

  it('may say that the groups are elsewhere, as Entra ID does past its limit', () => {
    expect(read({ _claim_names: { groups: 'src1' } }).groupsWithheld).toBe(true)
    expect(read({ hasgroups: true }).groupsWithheld).toBe(true)
    expect(read({ _claim_names: { address: 'src1' } }).groupsWithheld).toBe(false)
    expect(read({ groups: [] }).groupsWithheld).toBe(false)
  })

  it('name no login on the Git host that cannot be one', () => {
    expect(read({ git_login: '../admin' }).gitLogin).toBeNull()
    expect(readClaims({ ...base, git_login: 'octo' }, { ...names, gitLoginClaim: undefined }).gitLogin).toBeNull()
  })
})
