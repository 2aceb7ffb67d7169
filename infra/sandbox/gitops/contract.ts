/** What a GitOps controller must do, whoever it is: run on the sandbox's reconciler and on Argo CD itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import { at, listAt, textAt } from '#sandbox/kube-client/fields.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { type Application, GROUP_VERSION, REFRESH } from './application.ts'
import { startTestRepository, type TestRepository } from './testing/git-server.ts'
import * as sample from './testing/samples.ts'

export type GitOpsUnderTest = { client: KubeClient; destination: string; stop(): Promise<void> }

const SECONDS = 60

export const gitOpsContract = (start: () => Promise<GitOpsUnderTest>): void => {
  let world: GitOpsUnderTest
  let repository: TestRepository

  const typeOf = (apiVersion: string, kind: string) => world.client.discovery.require(apiVersion, kind)
  const put = async (object: KubeObject) =>
    world.client.apply(await typeOf(object.apiVersion, object.kind), object, { manager: 'contract', force: true })
  const find = async <T extends KubeObject>(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ) => {
    const type = await typeOf(apiVersion, kind)
    return world.client.get<T>(type, namespace, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }
  const application = async (name: string): Promise<Application | undefined> =>
    find<Application>(GROUP_VERSION, 'Application', 'argocd', name)
  const patch = async (name: string, change: unknown) =>
    world.client.merge(await typeOf(GROUP_VERSION, 'Application'), 'argocd', name, change)
  const refresh = (name: string) => patch(name, { metadata: { annotations: { [REFRESH]: 'normal' } } })
  const remove = async (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    world.client.delete(await typeOf(apiVersion, kind), namespace, name)

  const become = async (
    name: string,
    what: string,
    test: (application: Application) => boolean,
  ): Promise<Application> => {
    let last: Application | undefined
    await expect
      .poll(
        async () => {
          last = await application(name)
          return last && test(last) ? what : JSON.stringify(last?.status ?? 'no such Application', null, 1)
        },
        { timeout: SECONDS * 1000, interval: 100 },
      )
      .toBe(what)
    if (!last) throw new Error(`${name} is gone`)
    return last
  }
  const synced = (name: string, revision: string) =>
    become(
      name,
      'synced',
      ({ status }) =>
        status?.sync?.status === 'Synced' &&
        status.sync.revision === revision &&
        status.operationState?.phase === 'Succeeded' &&
        status.operationState.syncResult?.revision === revision,
    )
  const appear = async (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    expect.poll(() => find(apiVersion, kind, namespace, name), { timeout: SECONDS * 1000, interval: 100 }).toBeDefined()
  const vanish = async (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    expect
      .poll(() => find(apiVersion, kind, namespace, name), { timeout: SECONDS * 1000, interval: 100 })
      .toBeUndefined()

  /** Makes an Application of a folder, with its files, and waits until the first sync is over. */
  const deploy = async (name: string, files: Record<string, string>, options: sample.ApplicationOptions = {}) => {
    const revision = await repository.commit(sample.under(name, files))
    await put(sample.application(name, repository.url, world.destination, options))
    await refresh(name)
    return revision
  }
  const change = async (name: string, files: Record<string, string | null>) => {
    const revision = await repository.commit(sample.under(name, files))
    await refresh(name)
    return revision
  }

  describe('the contract of GitOps', { timeout: SECONDS * 2000 }, () => {
    beforeAll(async () => {
      repository = await startTestRepository()
      await repository.commit({ 'README.md': 'Desired state\n' })
      world = await start()
      await put(sample.inferenceModelDefinition)
      await put(sample.project('open', { clusterResourceWhitelist: [{ group: '*', kind: '*' }] }))
    }, 120_000)

    afterAll(async () => {
      await world?.stop()
      await repository?.stop()
    }, 60_000)

    it('applies what a folder holds: the namespace first, then its quota and the rest', async () => {
      const revision = await deploy('team-dev', {
        'configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'info' }),
        'namespace.yaml': sample.namespace('team-dev'),
        'quota.yaml': sample.quota('team-dev', { 'requests.cpu': '2', pods: '4' }),
        'owners.yaml': 'reviewers:\n  - platform\n',
      })
      const done = await synced('team-dev', revision)
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
      const settings = await find('v1', 'ConfigMap', 'team-dev', 'settings')
      expect(settings?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
        'team-dev:/ConfigMap:team-dev/settings',
      )
      const space = await find('v1', 'Namespace', undefined, 'team-dev')
      expect(space?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
        'team-dev:/Namespace:team-dev/team-dev',
      )
    })

    it('lets a quota from Git take effect', async () => {
      await expect
        .poll(async () => at((await find('v1', 'ResourceQuota', 'team-dev', 'quota'))?.status, 'hard', 'pods'), {
          timeout: 20_000,
        })
        .toBe('4')
    })

    it('applies a change and remembers both deployments', async () => {
      const first = (await application('team-dev'))?.status?.history?.at(0)?.revision
      const revision = await change('team-dev', {
        'configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'debug' }),
      })
      const done = await synced('team-dev', revision)
      expect(done.status?.history?.map((each) => each.revision)).toEqual([first, revision])
      expect(at(await find('v1', 'ConfigMap', 'team-dev', 'settings'), 'data', 'level')).toBe('debug')
    })

    it('notices a commit by itself, without being asked', async () => {
      const revision = await repository.commit({
        'apps/team-dev/configmap.yaml': sample.configMap('team-dev', 'settings', { level: 'warn' }),
      })
      await synced('team-dev', revision)
    })

    it('prunes what has left Git', async () => {
      const revision = await change('team-dev', { 'configmap.yaml': null })
      const done = await synced('team-dev', revision)
      expect(
        done.status?.operationState?.syncResult?.resources?.find((each) => each.kind === 'ConfigMap'),
      ).toMatchObject({
        status: 'Pruned',
        message: 'pruned',
      })
      await vanish('v1', 'ConfigMap', 'team-dev', 'settings')
    })

    it('mends what somebody changed by hand', async () => {
      const type = await typeOf('v1', 'ResourceQuota')
      await world.client.merge(type, 'team-dev', 'quota', { spec: { hard: { pods: '99' } } })
      await expect
        .poll(async () => at((await world.client.get(type, 'team-dev', 'quota')).spec, 'hard', 'pods'), {
          timeout: SECONDS * 1000,
        })
        .toBe('4')
    })

    it('puts back what somebody deleted', async () => {
      await remove('v1', 'ResourceQuota', 'team-dev', 'quota')
      await appear('v1', 'ResourceQuota', 'team-dev', 'quota')
      await become('team-dev', 'synced again', ({ status }) => status?.sync?.status === 'Synced')
    })

    it('waits to be asked when syncing is not automated', async () => {
      await deploy('by-hand', { 'namespace.yaml': sample.namespace('by-hand') }, { automated: false })
      const waiting = await become('by-hand', 'out of sync', ({ status }) => status?.sync?.status === 'OutOfSync')
      expect(waiting.status?.operationState).toBeUndefined()
      expect(waiting.status?.resources).toMatchObject([
        { kind: 'Namespace', status: 'OutOfSync', health: { status: 'Missing' } },
      ])
      await patch('by-hand', { operation: { initiatedBy: { username: 'contract' }, sync: { prune: true } } })
      const done = await become('by-hand', 'synced', ({ status }) => status?.operationState?.phase === 'Succeeded')
      expect(done.status?.operationState?.operation.initiatedBy.username).toBe('contract')
      await become(
        'by-hand',
        'synced',
        (each) => each.operation === undefined && each.status?.sync?.status === 'Synced',
      )
    })

    it('says what is wrong with a file that is no YAML, keeps what runs, and recovers', async () => {
      await change('team-dev', { 'broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [broken\n' })
      const broken = await become('team-dev', 'unknown', ({ status }) => status?.sync?.status === 'Unknown')
      const [problem] = broken.status?.conditions ?? []
      expect(problem?.type).toBe('ComparisonError')
      expect(problem?.message).toMatch(
        /Failed to load target state: failed to generate manifest.*rpc error: code = .*broken\.yaml/s,
      )
      await expect(find('v1', 'ResourceQuota', 'team-dev', 'quota')).resolves.toBeDefined()
      const revision = await change('team-dev', { 'broken.yaml': null })
      const mended = await become(
        'team-dev',
        'synced',
        ({ status }) => status?.sync?.status === 'Synced' && status.sync.revision === revision,
      )
      expect(mended.status?.conditions ?? []).toEqual([])
    })

    it('says when the folder does not exist', async () => {
      await put(sample.application('nowhere', repository.url, world.destination, {}))
      const lost = await become('nowhere', 'unknown', ({ status }) => (status?.conditions?.length ?? 0) > 0)
      expect(lost.status?.sync?.status).toBe('Unknown')
      expect(lost.status?.conditions?.[0]).toMatchObject({ type: 'ComparisonError' })
      expect(lost.status?.conditions?.[0]?.message).toContain('apps/nowhere: app path does not exist')
    })

    it('refuses a kind that the project does not allow', async () => {
      await put(sample.project('strict', { namespaceResourceWhitelist: [{ group: '', kind: 'ConfigMap' }] }))
      await deploy(
        'forbidden-kind',
        { 'secret.yaml': sample.secret('team-dev', 'hidden') },
        { project: 'strict', namespace: 'team-dev', retries: 0 },
      )
      const failed = await become(
        'forbidden-kind',
        'failed',
        ({ status }) => status?.operationState?.phase === 'Failed',
      )
      const reason = 'resource :Secret is not permitted in project strict'
      expect(failed.status?.operationState?.message).toBe(`one or more synchronization tasks are not valid: ${reason}`)
      expect(failed.status?.operationState?.syncResult?.resources).toMatchObject([
        { kind: 'Secret', status: 'SyncFailed', message: reason },
      ])
      await become('forbidden-kind', 'sync error', ({ status }) =>
        (status?.conditions ?? []).some((each) => each.type === 'SyncError' && each.message?.includes(reason)),
      )
    })

    it('refuses a cluster-wide kind that the project does not allow', async () => {
      await deploy(
        'forbidden-scope',
        { 'namespace.yaml': sample.namespace('forbidden-scope') },
        { project: 'strict', namespace: 'team-dev', retries: 0 },
      )
      const failed = await become(
        'forbidden-scope',
        'failed',
        ({ status }) => status?.operationState?.phase === 'Failed',
      )
      expect(failed.status?.operationState?.message).toContain('resource :Namespace is not permitted in project strict')
    })

    it('refuses a namespace that is not the project’s', async () => {
      await put(sample.project('narrow', { destinations: [{ server: '*', namespace: 'team-dev' }] }))
      await deploy(
        'forbidden-place',
        { 'settings.yaml': sample.configMap('default', 'stray', {}) },
        { project: 'narrow', namespace: 'team-dev', retries: 0 },
      )
      const failed = await become(
        'forbidden-place',
        'failed',
        ({ status }) => status?.operationState?.phase === 'Failed',
      )
      expect(failed.status?.operationState?.message).toContain("namespace default is not permitted in project 'narrow'")
    })

    it('refuses a destination, a repository and a project that are not allowed', async () => {
      await put(sample.project('foreign', { sourceRepos: ['https://example.invalid/*'] }))
      const expectRefusal = async (name: string, options: sample.ApplicationOptions, message: string) => {
        await put(sample.application(name, repository.url, world.destination, options))
        const refused = await become(
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
        `application destination server '${world.destination}' and namespace 'default' do not match any of the allowed destinations in project 'narrow'`,
      )
      await expectRefusal(
        'wrong-source',
        { project: 'foreign' },
        `application repo ${repository.url} is not permitted in project 'foreign'`,
      )
      await expectRefusal(
        'no-project',
        { project: 'absent' },
        'Application referencing project absent which does not exist',
      )
    })

    it('reports why the server refused an object, and tries again', async () => {
      await deploy(
        'refused',
        { 'bad.yaml': sample.configMap('no-such-namespace', 'orphan', {}) },
        { namespace: 'team-dev', retries: 3 },
      )
      const trying = await become('refused', 'retrying', ({ status }) =>
        Boolean(status?.operationState?.message?.includes('Retrying attempt')),
      )
      expect(trying.status?.operationState?.phase).toBe('Running')
      expect(trying.status?.operationState?.message).toMatch(
        /^one or more objects failed to apply, reason: .*namespaces "no-such-namespace" not found.*\. Retrying attempt #\d+ at \d+:\d\d[AP]M\.$/,
      )
      await put(JSON.parse(sample.namespace('no-such-namespace')))
      await become('refused', 'synced', ({ status }) => status?.operationState?.phase === 'Succeeded')
    })

    it('takes an InferenceModel to be as well as its conditions say', async () => {
      const revision = await deploy(
        'model',
        { 'model.yaml': sample.inferenceModel('team-dev', 'churn') },
        { namespace: 'team-dev' },
      )
      await synced('model', revision)
      await become('model', 'progressing', ({ status }) => status?.health?.status === 'Progressing')
      const type = await typeOf('inference.modelyard.dev/v1alpha1', 'InferenceModel')
      const say = async (ready: string, degraded: string) => {
        const conditions = [
          sample.condition('Ready', ready, 'All replicas are ready'),
          sample.condition('Degraded', degraded, 'One replica failed'),
        ]
        await world.client.merge(type, 'team-dev', 'churn', { status: { observedGeneration: 1, conditions } }, 'status')
      }
      await say('True', 'False')
      await become('model', 'healthy', ({ status }) => status?.health?.status === 'Healthy')
      await say('True', 'True')
      const bad = await become('model', 'degraded', ({ status }) => status?.health?.status === 'Degraded')
      expect(bad.status?.resources?.[0]?.health).toMatchObject({ status: 'Degraded', message: 'One replica failed' })
      expect(bad.status?.sync?.status).toBe('Synced')
    })

    it('applies one wave after the other', async () => {
      const revision = await deploy(
        'waves',
        {
          'late.yaml': sample.configMap('team-dev', 'late', {}, 1),
          'early.yaml': sample.inferenceModel('team-dev', 'slow', 0),
        },
        { namespace: 'team-dev' },
      )
      const waiting = await become('waves', 'waiting', ({ status }) =>
        Boolean(
          status?.operationState?.message?.startsWith(
            'waiting for healthy state of inference.modelyard.dev/InferenceModel/slow',
          ),
        ),
      )
      expect(waiting.status?.operationState?.phase).toBe('Running')
      expect(waiting.operation).toBeDefined()
      expect(await find('v1', 'ConfigMap', 'team-dev', 'late')).toBeUndefined()
      const type = await typeOf('inference.modelyard.dev/v1alpha1', 'InferenceModel')
      await world.client.merge(
        type,
        'team-dev',
        'slow',
        { status: { observedGeneration: 1, conditions: [sample.condition('Ready', 'True', 'Ready')] } },
        'status',
      )
      await synced('waves', revision)
      await appear('v1', 'ConfigMap', 'team-dev', 'late')
    })

    it('will not wipe out everything by itself', async () => {
      await deploy(
        'keeper',
        { 'only.yaml': sample.configMap('team-dev', 'only', {}), 'note.txt': 'kept' },
        { namespace: 'team-dev' },
      )
      await become(
        'keeper',
        'synced',
        ({ status }) => status?.operationState?.phase === 'Succeeded' && status.sync?.status === 'Synced',
      )
      const revision = await change('keeper', { 'only.yaml': null })
      const kept = await become('keeper', 'held back', ({ status }) =>
        (status?.conditions ?? []).some((each) => each.type === 'SyncError'),
      )
      expect(kept.status?.conditions?.map((each) => each.message)).toContain(
        `Skipping sync attempt to [${revision}]: auto-sync will wipe out all resources`,
      )
      expect(await find('v1', 'ConfigMap', 'team-dev', 'only')).toBeDefined()
    })

    it('warns when two Applications claim one object', async () => {
      await deploy(
        'second',
        { 'quota.yaml': sample.quota('team-dev', { 'requests.cpu': '2', pods: '4' }) },
        { automated: false, namespace: 'team-dev' },
      )
      const warned = await become('second', 'warned', ({ status }) =>
        (status?.conditions ?? []).some((each) => each.type === 'SharedResourceWarning'),
      )
      expect(warned.status?.conditions).toMatchObject([
        {
          type: 'SharedResourceWarning',
          message: 'ResourceQuota/quota is part of applications argocd/second and team-dev',
        },
      ])
    })

    it('takes its objects with it when it is deleted', async () => {
      await deploy(
        'leaving',
        { 'settings.yaml': sample.configMap('team-dev', 'leaving', {}) },
        { namespace: 'team-dev', cascade: true },
      )
      await appear('v1', 'ConfigMap', 'team-dev', 'leaving')
      await remove(GROUP_VERSION, 'Application', 'argocd', 'leaving')
      await vanish('v1', 'ConfigMap', 'team-dev', 'leaving')
      await vanish(GROUP_VERSION, 'Application', 'argocd', 'leaving')
    })

    it('makes an Application of every folder an ApplicationSet finds, and takes it away with the folder', async () => {
      await repository.commit({
        'teams/ml/dev/namespaces/ml-dev/namespace.yaml': sample.namespace('ml-dev'),
        'teams/ml/dev/namespaces/ml-batch-dev/namespace.yaml': sample.namespace('ml-batch-dev'),
      })
      await put(sample.applicationSet('namespaces', repository.url, world.destination))
      const made = await become('ml-dev', 'synced', ({ status }) => status?.sync?.status === 'Synced')
      expect(made.metadata.labels).toMatchObject({ 'modelyard.dev/team': 'ml', 'modelyard.dev/environment': 'dev' })
      expect(made.metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io'])
      expect(textAt(made.spec, 'source', 'path')).toBe('teams/ml/dev/namespaces/ml-dev')
      await become('ml-batch-dev', 'synced', ({ status }) => status?.sync?.status === 'Synced')
      await repository.commit({ 'teams/ml/dev/namespaces/ml-batch-dev/namespace.yaml': null })
      await vanish(GROUP_VERSION, 'Application', 'argocd', 'ml-batch-dev')
      await vanish('v1', 'Namespace', undefined, 'ml-batch-dev')
      const set = await find(GROUP_VERSION, 'ApplicationSet', 'argocd', 'namespaces')
      const conditions = listAt(set?.status, 'conditions').map(
        (each) => `${textAt(each, 'type')}=${textAt(each, 'status')}`,
      )
      expect(conditions).toEqual(
        expect.arrayContaining(['ErrorOccurred=False', 'ParametersGenerated=True', 'ResourcesUpToDate=True']),
      )
    })
  })
}
