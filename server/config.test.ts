import { describe, expect, it } from 'vitest'
import { ConfigError, describeSettings, readConfig, secretSettings, secretsOf } from './config.ts'

const good = {
  PORTAL_URL: 'https://portal.example/',
  DATABASE_URL: 'postgresql://portal:p%40ssw0rd-of-db@db.example/modelyard',
  SESSION_SECRET: 'qP7xV2mZ9cL4tR8wK1yN6bJ3hF5dG0sA',
  OIDC_ISSUER: 'https://id.example',
  OIDC_CLIENT_ID: 'modelyard',
  OIDC_CLIENT_SECRET: 'a-client-secret',
  GROUP_ROLES: '{"ml-platform":"admin"}',
}

const faultsOf = (environment: Record<string, string | undefined>) => {
  try {
    readConfig(environment)
    return {}
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.faults.map(({ setting, message }) => [setting, message]))
  }
}

describe('the configuration', () => {
  it('takes what a company needs to set, and fills in the rest', () => {
    const config = readConfig(good)
    expect(config).toMatchObject({
      MODELYARD_MODE: 'production',
      PORTAL_URL: 'https://portal.example',
      PORT: 3000,
      secureCookies: true,
      groupRoles: { 'ml-platform': 'admin' },
    })
    expect(config.PROMETHEUS_URL).toBeUndefined()
  })

  it('lists every missing setting at once', () => {
    expect(Object.keys(faultsOf({})).sort()).toEqual([
      'DATABASE_URL',
      'GROUP_ROLES',
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
      'OIDC_ISSUER',
      'PORTAL_URL',
      'SESSION_SECRET',
    ])
  })

  it.each([
    ['a secret that can be guessed', { SESSION_SECRET: 'changeme-changeme-changeme-changeme' }, 'SESSION_SECRET'],
    ['a secret that is too short', { SESSION_SECRET: 'short' }, 'SESSION_SECRET'],
    ['plain http for people', { PORTAL_URL: 'http://portal.example' }, 'PORTAL_URL'],
    ['an issuer over plain http', { OIDC_ISSUER: 'http://id.example' }, 'OIDC_ISSUER'],
    ['another database', { DATABASE_URL: 'mysql://db.example/modelyard' }, 'DATABASE_URL'],
    ['a port that is none', { PORT: '99999' }, 'PORT'],
    ['a mapping that is not JSON', { GROUP_ROLES: 'admins=admin' }, 'GROUP_ROLES'],
    ['a role that does not exist', { GROUP_ROLES: '{"admins":"emperor"}' }, 'GROUP_ROLES'],
    ['contexts in another form', { CLUSTER_CONTEXTS: 'dev:kind' }, 'CLUSTER_CONTEXTS'],
    ['a repository without an owner', { GIT_REPOSITORY: 'gitops' }, 'GIT_REPOSITORY'],
  ])('refuses %s in production', (_, change, setting) => {
    expect(Object.keys(faultsOf({ ...good, ...change }))).toEqual([setting])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ ...good, PROMETHEUS_URL: '' }).PROMETHEUS_URL).toBeUndefined()
    expect(faultsOf({ ...good, SESSION_SECRET: ' ' })).toHaveProperty('SESSION_SECRET')
  })

  it('gives the demo a mapping that fits its people', () => {
    const config = readConfig({ ...good, MODELYARD_MODE: 'demo', GROUP_ROLES: undefined })
    expect(config.groupRoles['platform-admins']).toBe('admin')
  })

  it('never shows a secret in a fault', () => {
    const secret = 'hunter2-hunter2'
    const message = JSON.stringify(
      faultsOf({ ...good, SESSION_SECRET: secret, DATABASE_URL: `mysql://u:${secret}@h/d` }),
    )
    expect(message).not.toContain(secret)
  })

  it('knows which values must never be logged', () => {
    expect(secretsOf(readConfig(good)).sort()).toEqual(
      ['a-client-secret', 'p@ssw0rd-of-db', 'qP7xV2mZ9cL4tR8wK1yN6bJ3hF5dG0sA'].sort(),
    )
  })

  it('describes each setting', () => {
    const settings = describeSettings()
    expect(settings.filter(({ meaning }) => meaning === '')).toEqual([])
    expect(settings.find(({ name }) => name === 'PORT')).toMatchObject({ byDefault: '3000', required: false })
    expect(settings.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({ required: true })
    expect(settings.map(({ name }) => name)).toEqual(expect.arrayContaining([...secretSettings]))
  })
})
