/** What the scenarios say and ask: in terms of files in Git, Applications and objects. */
import { expect } from 'vitest'
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { type Application, GROUP_VERSION, REFRESH, SET_REFRESH } from '../application.ts'
import type { TestRepository } from './git-server.ts'
import * as sample from './samples.ts'

export const SECONDS = 60

export type GitOpsUnderTest = { client: KubeClient; destination: string; stop(): Promise<void> }
export type World = ReturnType<typeof worldOf>

export const worldOf = (under: GitOpsUnderTest, repository: TestRepository) => {
  const typeOf = (apiVersion: string, kind: string) => under.client.discovery.require(apiVersion, kind)
  const put = async (object: KubeObject) =>
    under.client.apply(await typeOf(object.apiVersion, object.kind), object, { manager: 'contract', force: true })
  const find = async <T extends KubeObject>(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ) => {
    const type = await typeOf(apiVersion, kind)
    return under.client.get<T>(type, namespace, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }
  const application = async (name: string): Promise<Application | undefined> =>
    find<Application>(GROUP_VERSION, 'Application', 'argocd', name)
  const patch = async (name: string, change: unknown) =>
    under.client.merge(await typeOf(GROUP_VERSION, 'Application'), 'argocd', name, change)
  const refresh = (name: string) => patch(name, { metadata: { annotations: { [REFRESH]: 'normal' } } })
  const refreshSet = async (name: string) => {
    const type = await typeOf(GROUP_VERSION, 'ApplicationSet')
    return under.client.merge(type, 'argocd', name, { metadata: { annotations: { [SET_REFRESH]: 'true' } } })
  }
  const remove = async (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
    under.client.delete(await typeOf(apiVersion, kind), namespace, name)

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
  const deploy = async (name: string, files: sample.Files, options: sample.ApplicationOptions = {}) => {
    const revision = await repository.commit(sample.under(name, files))
    await put(sample.application(name, repository.url, under.destination, options))
    await refresh(name)
    return revision
  }
  const change = async (name: string, files: sample.Files) => {
    const revision = await repository.commit(sample.under(name, files))
    await refresh(name)
    return revision
  }

  return {
    client: under.client,
    destination: under.destination,
    repository,
    put,
    find,
    application,
    patch,
    refresh,
    refreshSet,
    remove,
    become,
    synced,
    appear,
    vanish,
    deploy,
    change,
    typeOf,
  }
}
