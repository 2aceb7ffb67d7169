/** What Argo CD may do to a request that is merged, row by row: it waits with a clear word, and ends well afterwards. */
import { describe, expect, it } from 'vitest'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import { kinds } from '../../ports/cluster.ts'
import type { Application } from '../../ports/gitops/gitops.ts'
import { headOf, type Story, useStory } from '../requests/testing/story.ts'

const operation = { revision: null, startedAt: null, finishedAt: null, by: null, retries: 0 }
const failed = (phase: string, message: string) => ({ operation: { ...operation, phase, message } })

describe('a merged request while Argo CD', () => {
  const story = useStory()

  async function merged({ requests, advance, maintainer, submitted }: Story) {
    const request = await submitted()
    await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    return request.id
  }
  const application = ({ gitops, team }: Story, change: Partial<Application>) =>
    gitops.put({ name: `${team}-dev`, team, sync: 'Synced', health: 'Healthy', ...change })

  it.each<[string, (told: Story) => void, string | null]>([
    ['has no Application yet', () => undefined, null],
    [
      'has no ApplicationSet',
      ({ gitops }) => {
        gitops.discovery.namespaces = 'Argo CD has no ApplicationSet named namespaces.'
      },
      'Argo CD makes nothing of the folder: Argo CD has no ApplicationSet named namespaces.',
    ],
    [
      'has an ApplicationSet that fails',
      ({ gitops }) => {
        gitops.discovery.namespaces = 'repository not accessible'
      },
      'Argo CD makes nothing of the folder: repository not accessible',
    ],
    [
      'fails to sync',
      (told) => application(told, failed('Failed', 'one or more objects failed to apply: quota exceeded')),
      'Argo CD could not apply it: one or more objects failed to apply: quota exceeded',
    ],
    [
      'ends a sync in error',
      (told) => application(told, failed('Error', 'ComparisonError: cannot read')),
      'Argo CD could not apply it: ComparisonError: cannot read',
    ],
    [
      'tries again after a failure',
      (told) =>
        application(told, {
          operation: { ...operation, phase: 'Running', retries: 2, message: 'webhook denied it. Retrying attempt #2.' },
        }),
      'Argo CD could not apply it: webhook denied it. Retrying attempt #2.',
    ],
    [
      'cannot read the folder',
      (told) =>
        application(told, {
          sync: 'Unknown',
          messages: [{ type: 'ComparisonError', message: 'app path does not exist', at: null }],
        }),
      'Argo CD could not apply it: app path does not exist',
    ],
    ['does not know how healthy it is', (told) => application(told, { health: 'Unknown' }), null],
    ['says words nobody has heard of', (told) => application(told, { sync: 'Pondering', health: 'Wise' }), null],
    [
      'says that all is done, of an older commit',
      (told) => application(told, { ...failed('Succeeded', 'successfully synced'), revision: 'a'.repeat(40) }),
      null,
    ],
    [
      'only warns',
      (told) => application(told, { messages: [{ type: 'SharedResourceWarning', message: 'Two claim it', at: null }] }),
      null,
    ],
  ])('%s: waits, says why, and is done once it is applied', async (_what, trouble, message) => {
    const told = story()
    trouble(told)
    const id = await merged(told)
    const waiting = await told.requests.get(told.member, id)
    expect(waiting.state).toBe('syncing')
    expect(waiting.failure?.message ?? null).toBe(message)
    await told.applyToCluster(`${told.team}-dev`)
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({ state: 'done', failure: null })
  })

  it('cannot be reached for an hour: goes on trying, and loses nothing', async () => {
    const told = story()
    told.gitops.down(true)
    const id = await merged(told).catch(() => undefined)
    const [open] = id ? [id] : await told.advance.openIds()
    if (!open) throw new Error('The request is gone')
    for (let look = 0; look < 3; look += 1) await told.advance.advance(open).catch(() => undefined)
    const waiting = await told.requests.get(told.member, open)
    expect(waiting).toMatchObject({
      state: 'syncing',
      failure: { message: expect.stringContaining('does not answer') },
    })
    told.gitops.down(false)
    await told.applyToCluster(`${told.team}-dev`)
    await told.advance.advance(open)
    expect(await told.requests.get(told.member, open)).toMatchObject({ state: 'done', failure: null })
  })

  it('says OutOfSync though the cluster holds what was asked: the cluster decides', async () => {
    const told = story()
    application(told, { sync: 'OutOfSync', ...failed('Failed', 'an older attempt') })
    const id = await merged(told)
    await told.applyToCluster(`${told.team}-dev`)
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({ state: 'done' })
  })

  it('has lost the Application to somebody’s hand: waits until Argo CD has made it again', async () => {
    const told = story()
    application(told, {})
    const id = await merged(told)
    told.gitops.remove(`${told.team}-dev`)
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({ state: 'syncing', failure: null })
    await told.applyToCluster(`${told.team}-dev`)
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({ state: 'done' })
  })

  it('removes a namespace that is stuck in Terminating: says what it waits for, and is done when it is gone', async () => {
    const told = story()
    await told.finishedNamespace()
    const name = `${told.team}-dev`
    const draft = { kind: 'namespace.delete', team: told.team, namespace: name, reason: 'No longer needed' }
    const { id } = await told.requests.submit(told.member, RequestDraft.parse(draft))
    const message = 'Some content in the namespace has finalizers remaining: example.dev/hold in 1 resource instances'
    const seen = await told.cluster.get(kinds.namespace, name)
    if (!seen) throw new Error('The namespace is not there')
    told.cluster.put({
      ...seen,
      metadata: { ...seen.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: {
        phase: 'Terminating',
        conditions: [
          { type: 'NamespaceContentRemaining', status: 'True', message: 'Some resources are remaining' },
          { type: 'NamespaceFinalizersRemaining', status: 'True', message },
        ],
      },
    })
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({
      state: 'syncing',
      failure: { message: `The cluster is removing the namespace and waits: ${message}` },
    })
    told.cluster.remove(kinds.namespace, name)
    await told.advance.advance(id)
    expect(await told.requests.get(told.member, id)).toMatchObject({ state: 'done' })
  })
})
