/** Git becomes the cluster: apply, change, prune, mend, wait to be asked. */
import { expect, it } from 'vitest'
import { at } from '#sandbox/kube-client/fields.ts'
import { REFRESH } from '../application.ts'
import * as sample from './samples.ts'
import { SECONDS, type World } from './world.ts'

export const syncing = (world: () => World): void => {
  it('applies what a folder holds: the namespace first, then its quota and the rest', async () => {
    const revision = await world().deploy('team-dev', {
      'configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'info' }),
      'namespace.yaml': sample.namespace('team-dev'),
      'quota.yaml': sample.quota('team-dev', { 'requests.cpu': '2', pods: '4' }),
      'owners.yaml': 'reviewers:\n  - platform\n',
    })
    const done = await world().synced('team-dev', revision)
    expect(done.status?.health?.status).toBe('Healthy')
    expect(done.operation).toBeUndefined()
    expect(done.status?.sync?.revision).toBe(revision)
    expect(done.status?.operationState?.message).toBe('successfully synced (all tasks run)')
    expect(done.status?.operationState?.operation.initiatedBy.automated).toBe(true)
    // A controller whose view lags may have synced single objects once more, and then lists only those.
    const order = ['Namespace Synced', 'ResourceQuota Synced', 'ConfigMap Synced']
    const results = done.status?.operationState?.syncResult?.resources?.map((each) => `${each.kind} ${each.status}`)
    expect(results).toEqual(order.filter((each) => results?.includes(each)))
    expect(done.status?.resources?.map((each) => `${each.kind} ${each.status}`).sort()).toEqual([
      'ConfigMap Synced',
      'Namespace Synced',
      'ResourceQuota Synced',
    ])
    expect(done.status?.history?.map((each) => each.revision)).toEqual([revision])
    expect(done.metadata.annotations?.[REFRESH]).toBeUndefined()
    const settings = await world().find('v1', 'ConfigMap', 'team-dev', 'settings')
    expect(settings?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
      'team-dev:/ConfigMap:team-dev/settings',
    )
    const space = await world().find('v1', 'Namespace', undefined, 'team-dev')
    expect(space?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
      'team-dev:/Namespace:team-dev/team-dev',
    )
  })

  it('lets a quota from Git take effect', async () => {
    await expect
      .poll(async () => at((await world().find('v1', 'ResourceQuota', 'team-dev', 'quota'))?.status, 'hard', 'pods'), {
        timeout: 20_000,
      })
      .toBe('4')
  })

  it('applies a change and remembers both deployments', async () => {
    const first = (await world().application('team-dev'))?.status?.history?.at(0)?.revision
    const revision = await world().change('team-dev', {
      'configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'debug' }),
    })
    const done = await world().synced('team-dev', revision)
    expect(done.status?.history?.map((each) => each.revision)).toEqual([first, revision])
    expect(at(await world().find('v1', 'ConfigMap', 'team-dev', 'settings'), 'data', 'level')).toBe('debug')
  })

  it('notices a commit by itself, without being asked', async () => {
    const revision = await world().repository.commit({
      'apps/team-dev/configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'warn' }),
    })
    await world().synced('team-dev', revision)
  })

  it('prunes what has left Git', async () => {
    const revision = await world().change('team-dev', { 'configmap.yaml': null })
    const done = await world().synced('team-dev', revision)
    expect(done.status?.operationState?.syncResult?.resources?.find((each) => each.kind === 'ConfigMap')).toMatchObject(
      {
        status: 'Pruned',
        message: 'pruned',
      },
    )
    await world().vanish('v1', 'ConfigMap', 'team-dev', 'settings')
  })

  it('mends what somebody changed by hand', async () => {
    const type = await world().typeOf('v1', 'ResourceQuota')
    await world().client.merge(type, 'team-dev', 'quota', { spec: { hard: { pods: '99' } } })
    await expect
      .poll(async () => at((await world().client.get(type, 'team-dev', 'quota')).spec, 'hard', 'pods'), {
        timeout: SECONDS * 1000,
      })
      .toBe('4')
  })

  it('puts back what somebody deleted', async () => {
    await world().remove('v1', 'ResourceQuota', 'team-dev', 'quota')
    await world().appear('v1', 'ResourceQuota', 'team-dev', 'quota')
    await world().become('team-dev', 'synced again', ({ status }) => status?.sync?.status === 'Synced')
  })

  it('waits to be asked when syncing is not automated', async () => {
    await world().deploy('by-hand', { 'namespace.yaml': sample.namespace('by-hand') }, { automated: false })
    const waiting = await world().become('by-hand', 'out of sync', ({ status }) => status?.sync?.status === 'OutOfSync')
    expect(waiting.status?.operationState).toBeUndefined()
    expect(waiting.status?.resources).toMatchObject([
      { kind: 'Namespace', status: 'OutOfSync', health: { status: 'Missing' } },
    ])
    await world().patch('by-hand', { operation: { initiatedBy: { username: 'contract' }, sync: { prune: true } } })
    const done = await world().become(
      'by-hand',
      'synced',
      ({ status }) => status?.operationState?.phase === 'Succeeded',
    )
    expect(done.status?.operationState?.operation.initiatedBy.username).toBe('contract')
    await world().become(
      'by-hand',
      'synced',
      (each) => each.operation === undefined && each.status?.sync?.status === 'Synced',
    )
  })
}
