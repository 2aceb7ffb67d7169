/** Health, waves, and the coming and going of whole Applications. */
import { expect, it } from 'vitest'
import { listAt, textAt } from '#sandbox/kube-client/fields.ts'
import { GROUP_VERSION, SET_REFRESH } from '../application.ts'
import * as sample from './samples.ts'
import { SECONDS, type World } from './world.ts'

export const living = (world: () => World): void => {
  it('takes an InferenceModel to be as well as its conditions say', async () => {
    const revision = await world().deploy(
      'model',
      { 'model.yaml': sample.inferenceModel('team-dev', 'churn') },
      { namespace: 'team-dev' },
    )
    await world().synced('model', revision)
    await world().become('model', 'progressing', ({ status }) => status?.health?.status === 'Progressing')
    const type = await world().typeOf('inference.modelyard.dev/v1alpha1', 'InferenceModel')
    const say = async (ready: string, degraded: string) => {
      const conditions = [
        sample.condition('Ready', ready, 'All replicas are ready'),
        sample.condition('Degraded', degraded, 'One replica failed'),
      ]
      await world().client.merge(type, 'team-dev', 'churn', { status: { observedGeneration: 1, conditions } }, 'status')
    }
    await say('True', 'False')
    await world().become('model', 'healthy', ({ status }) => status?.health?.status === 'Healthy')
    await say('True', 'True')
    const bad = await world().become('model', 'degraded', ({ status }) => status?.health?.status === 'Degraded')
    expect(bad.status?.resources?.[0]?.health).toMatchObject({ status: 'Degraded', message: 'One replica failed' })
    expect(bad.status?.sync?.status).toBe('Synced')
  })

  it('applies one wave after the other', async () => {
    const revision = await world().deploy(
      'waves',
      {
        'late.yaml': sample.configMap('team-dev', 'late', {}, 1),
        'early.yaml': sample.inferenceModel('team-dev', 'slow', 0),
      },
      { namespace: 'team-dev' },
    )
    const waiting = await world().become('waves', 'waiting', ({ status }) =>
      Boolean(
        status?.operationState?.message?.startsWith(
          'waiting for healthy state of inference.modelyard.dev/InferenceModel/slow',
        ),
      ),
    )
    expect(waiting.status?.operationState?.phase).toBe('Running')
    expect(waiting.operation).toBeDefined()
    expect(await world().find('v1', 'ConfigMap', 'team-dev', 'late')).toBeUndefined()
    const type = await world().typeOf('inference.modelyard.dev/v1alpha1', 'InferenceModel')
    await world().client.merge(
      type,
      'team-dev',
      'slow',
      { status: { observedGeneration: 1, conditions: [sample.condition('Ready', 'True', 'Ready')] } },
      'status',
    )
    await world().synced('waves', revision)
    await world().appear('v1', 'ConfigMap', 'team-dev', 'late')
  })

  it('takes its objects with it when it is deleted', async () => {
    await world().deploy(
      'leaving',
      { 'settings.yaml': sample.configMap('team-dev', 'leaving', {}) },
      { namespace: 'team-dev', cascade: true },
    )
    // Only what it has seen there will Argo CD take along: an object made a moment ago may be left behind.
    await world().become('leaving', 'synced', ({ status }) => status?.sync?.status === 'Synced')
    await world().appear('v1', 'ConfigMap', 'team-dev', 'leaving')
    await world().remove(GROUP_VERSION, 'Application', 'argocd', 'leaving')
    await world().vanish('v1', 'ConfigMap', 'team-dev', 'leaving')
    await world().vanish(GROUP_VERSION, 'Application', 'argocd', 'leaving')
  })

  it('makes an Application of every folder an ApplicationSet finds, and takes it away with the folder', async () => {
    await world().repository.commit({
      'teams/ml/dev/namespaces/ml-dev/namespace.yaml': sample.namespace('ml-dev'),
      'teams/ml/dev/namespaces/ml-batch-dev/namespace.yaml': sample.namespace('ml-batch-dev'),
    })
    await world().put(sample.applicationSet('namespaces', world().repository.url, world().destination))
    const made = await world().become('ml-dev', 'synced', ({ status }) => status?.sync?.status === 'Synced')
    expect(made.metadata.labels).toMatchObject({ 'modelyard.dev/team': 'ml', 'modelyard.dev/environment': 'dev' })
    expect(made.metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io'])
    expect(textAt(made.spec, 'source', 'path')).toBe('teams/ml/dev/namespaces/ml-dev')
    await world().become('ml-batch-dev', 'synced', ({ status }) => status?.sync?.status === 'Synced')
    await world().repository.commit({ 'teams/ml/dev/namespaces/ml-batch-dev/namespace.yaml': null })
    await world().vanish(GROUP_VERSION, 'Application', 'argocd', 'ml-batch-dev')
    await world().vanish('v1', 'Namespace', undefined, 'ml-batch-dev')
    const set = await world().find(GROUP_VERSION, 'ApplicationSet', 'argocd', 'namespaces')
    const conditions = listAt(set?.status, 'conditions').map(
      (each) => `${textAt(each, 'type')}=${textAt(each, 'status')}`,
    )
    expect(conditions).toEqual(
      expect.arrayContaining(['ErrorOccurred=False', 'ParametersGenerated=True', 'ResourcesUpToDate=True']),
    )
  })

  it('looks for folders when an ApplicationSet is asked to, and takes the request off', async () => {
    await world().repository.commit({
      'teams/ml/dev/namespaces/ml-asked-dev/namespace.yaml': sample.namespace('ml-asked-dev'),
    })
    await world().refreshSet('namespaces')
    await world().appear(GROUP_VERSION, 'Application', 'argocd', 'ml-asked-dev')
    const annotations = async () =>
      (await world().find(GROUP_VERSION, 'ApplicationSet', 'argocd', 'namespaces'))?.metadata.annotations ?? {}
    await expect.poll(annotations, { timeout: SECONDS * 1000, interval: 100 }).not.toHaveProperty([SET_REFRESH])
  })
}
