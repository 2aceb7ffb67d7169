import { describe, expect, it } from 'vitest'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import { bareSignature } from '../../testing/samples.ts'
import { useStory } from './testing/story.ts'

const policyPath = 'platform/policy.yaml'

describe('a request in trouble', () => {
  const story = useStory()

  it('waits while a worker that has just started cannot read the policy', async () => {
    const { git, requests, advance, member, reviewer, link, submitted } = story()
    const request = await submitted()
    const octo = git.account('octo')
    await link({ userId: String(reviewer.userId) }, octo)
    const policy = (await git.readFile(policyPath))?.content ?? ''
    git.commitToDefault([{ path: policyPath, content: 'prices: [' }])
    git.review(request.pullRequest?.number ?? 0, octo, 'approved')
    await expect(advance.advance(request.id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    const waiting = await requests.get(member, request.id)
    expect(waiting.state).toBe('in_review')
    expect(waiting.failure?.remedy).toBe('Correct the file in the GitOps repository. The portal goes on trying.')
    git.commitToDefault([{ path: policyPath, content: policy }])
    await advance.advance(request.id)
    expect(await requests.get(member, request.id)).toMatchObject({ state: 'syncing', failure: null })
  })

  it('is judged anew when it is tried again: what would grow by now needs its approvals', async () => {
    const { db, git, requests, advance, team, member, resizing, applyToCluster, finishedNamespace } = story()
    await finishedNamespace()
    const path = `teams/${team}/dev/namespaces/${team}-dev/resourcequota.yaml`
    const first = await requests.submit(member, resizing({ cpu: '1500m', memory: '4Gi' }))
    expect(first.verdict.outcome).toBe('automatic')
    // It fails: somebody has changed the same file by hand after its branch was made.
    const { openChange } = git
    git.openChange = async (proposal) => {
      const opened = await openChange(proposal)
      git.commitToDefault([{ path, content: 'kind: Surprise\n' }])
      return opened
    }
    await advance.advance(first.id)
    git.openChange = openChange
    expect((await requests.get(member, first.id)).state).toBe('failed')

    const second = await requests.submit(member, resizing({ cpu: '1', memory: '4Gi' }))
    await advance.advance(second.id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(second.id)
    expect((await requests.get(member, second.id)).state).toBe('done')

    const again = await requests.retry(member, first.id)
    expect(again).toMatchObject({ title: `More CPU for ${team}-dev`, verdict: { outcome: 'review', approvals: 1 } })
    await advance.advance(first.id)
    expect((await requests.get(member, first.id)).state).toBe('in_review')
    expect((await db.request.findUniqueOrThrow({ where: { id: first.id } })).cpu).toBe(500n)
  })

  it('leaves no pull request behind when it is withdrawn while that is being opened', async () => {
    const { git, requests, advance, member, draft } = story()
    const { id } = await requests.submit(member, draft())
    const { openChange } = git
    git.openChange = async (proposal) => {
      await requests.cancel(member, id)
      await advance.close(id) // the job, which finds nothing to close yet
      return openChange(proposal)
    }
    await advance.advance(id)
    expect((await requests.get(member, id)).state).toBe('cancelled')
    expect((await git.getChange(1)).state).toBe('closed')
  })

  it('stays withdrawn when the host does not answer the worker that tidies up', async () => {
    const { git, requests, advance, member, submitted } = story()
    const { id } = await submitted()
    await requests.cancel(member, id)
    git.down(true)
    await expect(advance.advance(id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    expect(await requests.get(member, id)).toMatchObject({ state: 'cancelled', failure: null })
    git.down(false)
    await advance.advance(id)
    expect((await git.getChange(1)).state).toBe('closed')
  })

  it('is refused for a model in a namespace that is about to go, and the other way round', async () => {
    const { db, requests, advance, team, member, finishedNamespace } = story()
    await finishedNamespace()
    const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug: team } })
    const version = { version: 1, digest: 'a'.repeat(64), sizeBytes: 1n, signature: bareSignature }
    await db.model.create({ data: { teamId, name: 'churn', versions: { create: version } } })
    const namespace = `${team}-dev`
    const remove = RequestDraft.parse({ kind: 'namespace.delete', team, namespace, reason: 'No longer needed' })
    const traffic = [{ version: 1, weight: 100, shadow: false }]
    const place = { team, namespace, model: 'churn', traffic, reason: 'To use it' }
    const deploy = RequestDraft.parse({ kind: 'model.deploy', ...place })

    const deletion = await requests.submit(member, remove)
    await expect(requests.submit(member, deploy)).rejects.toMatchObject({
      code: 'wrong_state',
      message: `Request #${deletion.number} asks to delete ${namespace}.`,
    })
    await requests.cancel(member, deletion.id)
    const deployment = await requests.submit(member, deploy)
    await advance.advance(deployment.id)
    await expect(requests.submit(member, remove)).rejects.toMatchObject({
      code: 'wrong_state',
      message: `Models are asked for in ${namespace} (#${deployment.number}).`,
    })
  })

  it('is refused when its team is archived at the same moment', async () => {
    const { db, requests, team, member, draft } = story()
    const archiving = Promise.withResolvers<void>()
    const isLocked = Promise.withResolvers<void>()
    const archived = db.$transaction(async (tx) => {
      await tx.team.update({ where: { slug: team }, data: { archivedAt: new Date() } })
      isLocked.resolve()
      await archiving.promise
    })
    await isLocked.promise
    const submitted = requests.submit(member, draft()).catch((error: unknown) => error)
    const waiting = async () => {
      const rows = await db.$queryRaw<
        unknown[]
      >`SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`
      return rows.length
    }
    await expect.poll(waiting).toBeGreaterThan(0)
    archiving.resolve()
    await archived
    expect(await submitted).toMatchObject({ code: 'wrong_state', message: `Team ${team} is archived.` })
    expect(await db.request.count({ where: { team: { slug: team } } })).toBe(0)
  })
})
