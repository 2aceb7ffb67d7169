/** What must not happen, and how it is said. */
import { expect, it } from 'vitest'
import * as sample from './samples.ts'
import type { World } from './world.ts'

export const refusing = (world: () => World): void => {
  it('says what is wrong with a file that is no YAML, keeps what runs, and recovers', async () => {
    await world().change('team-dev', { 'broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [broken\n' })
    const broken = await world().become('team-dev', 'unknown', ({ status }) => status?.sync?.status === 'Unknown')
    const [problem] = broken.status?.conditions ?? []
    expect(problem?.type).toBe('ComparisonError')
    expect(problem?.message).toMatch(
      /Failed to load target state: failed to generate manifest.*rpc error: code = .*broken\.yaml/s,
    )
    await expect(world().find('v1', 'ResourceQuota', 'team-dev', 'quota')).resolves.toBeDefined()
    const revision = await world().change('team-dev', { 'broken.yaml': null })
    const mended = await world().become(
      'team-dev',
      'synced',
      ({ status }) => status?.sync?.status === 'Synced' && status.sync.revision === revision,
    )
    expect(mended.status?.conditions ?? []).toEqual([])
  })

  it('follows a link within the repository, and refuses one that leads out of it', async () => {
    const revision = await world().deploy(
      'linked',
      { 'settings.yaml': { link: '../shared/settings.yaml' } },
      { namespace: 'team-dev' },
    )
    await world().repository.commit({ 'apps/shared/settings.yaml': sample.configMap('team-dev', 'shared', {}) })
    await world().refresh('linked')
    await world().appear('v1', 'ConfigMap', 'team-dev', 'shared')
    await world().repository.commit({ 'apps/linked/passwords.yaml': { link: '../../../../etc/passwd' } })
    await world().refresh('linked')
    const refused = await world().become('linked', 'refused', ({ status }) => status?.sync?.status === 'Unknown')
    expect(refused.status?.conditions?.[0]?.message).toContain(
      'repository contains out-of-bounds symlinks. file: apps/linked/passwords.yaml',
    )
    expect(refused.status?.sync?.revision).not.toBe(revision)
    await world().repository.commit({ 'apps/linked/passwords.yaml': null })
    await world().refresh('linked')
    await world().become('linked', 'well again', ({ status }) => status?.sync?.status === 'Synced')
  })

  it('says when the folder does not exist', async () => {
    await world().put(sample.application('nowhere', world().repository.url, world().destination, {}))
    const lost = await world().become('nowhere', 'unknown', ({ status }) => (status?.conditions?.length ?? 0) > 0)
    expect(lost.status?.sync?.status).toBe('Unknown')
    expect(lost.status?.conditions?.[0]).toMatchObject({ type: 'ComparisonError' })
    expect(lost.status?.conditions?.[0]?.message).toContain('apps/nowhere: app path does not exist')
  })

  it('refuses a kind that the project does not allow', async () => {
    await world().put(sample.project('strict', { namespaceResourceWhitelist: [{ group: '', kind: 'ConfigMap' }] }))
    await world().deploy(
      'forbidden-kind',
      { 'secret.yaml': sample.secret('team-dev', 'hidden') },
      { project: 'strict', namespace: 'team-dev', retries: 0 },
    )
    const failed = await world().become(
      'forbidden-kind',
      'failed',
      ({ status }) => status?.operationState?.phase === 'Failed',
    )
    const reason = 'resource :Secret is not permitted in project strict'
    expect(failed.status?.operationState?.message).toBe(`one or more synchronization tasks are not valid: ${reason}`)
    expect(failed.status?.operationState?.syncResult?.resources).toMatchObject([
      { kind: 'Secret', status: 'SyncFailed', message: reason },
    ])
    await world().become('forbidden-kind', 'sync error', ({ status }) =>
      (status?.conditions ?? []).some((each) => each.type === 'SyncError' && each.message?.includes(reason)),
    )
  })

  it('refuses a cluster-wide kind that the project does not allow', async () => {
    await world().deploy(
      'forbidden-scope',
      { 'namespace.yaml': sample.namespace('forbidden-scope') },
      { project: 'strict', namespace: 'team-dev', retries: 0 },
    )
    const failed = await world().become(
      'forbidden-scope',
      'failed',
      ({ status }) => status?.operationState?.phase === 'Failed',
    )
    expect(failed.status?.operationState?.message).toContain('resource :Namespace is not permitted in project strict')
  })

  it('refuses a namespace that is not the project’s', async () => {
    await world().put(sample.project('narrow', { destinations: [{ server: '*', namespace: 'team-dev' }] }))
    await world().deploy(
      'forbidden-place',
      { 'settings.yaml': sample.configMap('default', 'stray', {}) },
      { project: 'narrow', namespace: 'team-dev', retries: 0 },
    )
    const failed = await world().become(
      'forbidden-place',
      'failed',
      ({ status }) => status?.operationState?.phase === 'Failed',
    )
    expect(failed.status?.operationState?.message).toContain("namespace default is not permitted in project 'narrow'")
  })

  it('refuses a destination, a repository and a project that are not allowed', async () => {
    await world().put(sample.project('foreign', { sourceRepos: ['https://example.invalid/*'] }))
    const expectRefusal = async (name: string, options: sample.ApplicationOptions, message: string) => {
      await world().put(sample.application(name, world().repository.url, world().destination, options))
      const refused = await world().become(
        name,
        'refused',
        ({ status }) => (status?.conditions?.length ?? 0) > 0 && status?.health?.status === 'Unknown',
      )
      expect(refused.status?.conditions).toMatchObject([{ type: 'InvalidSpecError', message }])
      expect(refused.status?.sync?.status).toBe('Unknown')
      expect(refused.status?.health?.status).toBe('Unknown')
    }
    await expectRefusal(
      'wrong-place',
      { project: 'narrow', namespace: 'default' },
      `application destination server '${world().destination}' and namespace 'default' do not match any of the allowed destinations in project 'narrow'`,
    )
    await expectRefusal(
      'wrong-source',
      { project: 'foreign' },
      `application repo ${world().repository.url} is not permitted in project 'foreign'`,
    )
    await expectRefusal(
      'no-project',
      { project: 'absent' },
      'Application referencing project absent which does not exist',
    )
  })

  it('reports why the server refused an object, and tries again', async () => {
    await world().deploy(
      'refused',
      { 'bad.yaml': sample.configMap('no-such-namespace', 'orphan', {}) },
      { namespace: 'team-dev', retries: 3 },
    )
    const trying = await world().become('refused', 'retrying', ({ status }) =>
      Boolean(status?.operationState?.message?.includes('Retrying attempt')),
    )
    expect(trying.status?.operationState?.phase).toBe('Running')
    expect(trying.status?.operationState?.message).toMatch(
      /^one or more objects failed to apply, reason: .*namespaces "no-such-namespace" not found.*\. Retrying attempt #\d+ at \d+:\d\d[AP]M\.$/,
    )
    await world().put(JSON.parse(sample.namespace('no-such-namespace')))
    await world().become('refused', 'synced', ({ status }) => status?.operationState?.phase === 'Succeeded')
  })

  it('will not wipe out everything by itself', async () => {
    await world().deploy(
      'keeper',
      { 'only.yaml': sample.configMap('team-dev', 'only', {}), 'note.txt': 'kept' },
      { namespace: 'team-dev' },
    )
    await world().become(
      'keeper',
      'synced',
      ({ status }) => status?.operationState?.phase === 'Succeeded' && status.sync?.status === 'Synced',
    )
    const revision = await world().change('keeper', { 'only.yaml': null })
    const kept = await world().become('keeper', 'held back', ({ status }) =>
      (status?.conditions ?? []).some((each) => each.type === 'SyncError'),
    )
    expect(kept.status?.conditions?.map((each) => each.message)).toContain(
      `Skipping sync attempt to [${revision}]: auto-sync will wipe out all resources`,
    )
    expect(await world().find('v1', 'ConfigMap', 'team-dev', 'only')).toBeDefined()
  })

  it('warns when two Applications claim one object', async () => {
    await world().deploy(
      'second',
      { 'quota.yaml': sample.quota('team-dev', { 'requests.cpu': '2', pods: '4' }) },
      { automated: false, namespace: 'team-dev' },
    )
    const warned = await world().become('second', 'warned', ({ status }) =>
      (status?.conditions ?? []).some((each) => each.type === 'SharedResourceWarning'),
    )
    expect(warned.status?.conditions).toMatchObject([
      {
        type: 'SharedResourceWarning',
        message: 'ResourceQuota/quota is part of applications argocd/second and team-dev',
      },
    ])
  })
}
