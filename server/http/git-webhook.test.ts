/** Group 10: what arrives at the webhook's address, from a Git host or from anybody. It only ever makes us look. */
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { sign } from '@octokit/webhooks-methods'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CommitSha, type RequestId } from '../contracts/names.ts'
import { type Asked, at, usePortalAtGitHost, webhookSecret } from '../testing/git-host/portal-at-git-host.ts'
import { answerGitWebhook } from './git-webhook.ts'

const patiently = { timeout: 15_000, interval: 50 }

describe('webhooks of the Git host', () => {
  const world = usePortalAtGitHost()
  let server: Server
  let address: string
  /** Deliveries that have come from the host itself. */
  const delivered: { event: string; id: string; status: number }[] = []

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const body = await buffer(request)
      const answer = await answerGitWebhook(
        world().services,
        new Request('https://portal.example/api/webhooks/git', { method: 'POST', headers, body }),
      )
      delivered.push({
        event: headers.get('x-github-event') ?? '',
        id: headers.get('x-github-delivery') ?? '',
        status: answer.status,
      })
      response.writeHead(answer.status).end(await answer.text())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const place = server.address()
    address = `http://127.0.0.1:${typeof place === 'object' && place ? place.port : 0}/api/webhooks/git`
    await world().services.ports.git.ensureWebhook({ url: address, secret: webhookSecret })
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const payloadFor = (request: { number: number; branch: string }, repository = 'platform/gitops') => ({
    action: 'synchronize',
    repository: { full_name: repository },
    pull_request: { number: request.number, head: { ref: request.branch } },
  })

  type Given = { signature?: string | null; delivery?: string; event?: string; secret?: string }
  async function deliver(payload: unknown, given: Given = {}) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const signature = given.signature === undefined ? await sign(given.secret ?? webhookSecret, body) : given.signature
    const headers = {
      'content-type': 'application/json',
      'x-github-event': given.event ?? 'pull_request',
      'x-github-delivery': given.delivery ?? randomUUID(),
      ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
    }
    const request = new Request('https://portal.example/api/webhooks/git', { method: 'POST', headers, body })
    const answer = await answerGitWebhook(world().services, request)
    return { status: answer.status, body: Object(await answer.json()) }
  }

  async function untouched(request: Asked, act: () => Promise<unknown>): Promise<void> {
    const { db } = world()
    const facts = async () => ({
      row: await db.request.findUniqueOrThrow({ where: { id: request.id }, select: { version: true, state: true } }),
      steps: await db.requestTransition.count(),
    })
    const before = await facts()
    await act()
    expect(await facts()).toEqual(before)
  }

  const headOf = (request: Asked) => CommitSha.parse(request.pullRequest?.headSha)
  const stateOf = async (id: RequestId) => (await world().db.request.findUniqueOrThrow({ where: { id } })).state

  it('wrong signature: refused, and says what to compare', async () => {
    const request = await world().asked()
    await untouched(request, async () => {
      for (const given of [
        { secret: 'another secret' },
        { signature: `sha256=${'0'.repeat(64)}` },
        { signature: 'sha1=abc' },
        { signature: '' },
        { signature: 'sha256=' },
      ]) {
        const { status, body } = await deliver(payloadFor(request), given)
        expect([status, body.code, body.remedy]).toEqual([
          401,
          'unauthenticated',
          'Give the host the same secret as the portal.',
        ])
      }
    })
  })

  it('no signature: refused', async () => {
    const request = await world().asked()
    await untouched(request, async () => {
      expect((await deliver(payloadFor(request), { signature: null })).status).toBe(401)
    })
  })

  it('replayed: wakes once', async () => {
    const request = await world().asked()
    const delivery = randomUUID()
    expect((await deliver(payloadFor(request), { delivery })).body).toEqual({ woken: 1 })
    for (let index = 0; index < 5; index++)
      expect((await deliver(payloadFor(request), { delivery })).body).toEqual({ woken: 0 })
  })

  it('doubled: wakes once, also when both come at once', async () => {
    const request = await world().asked()
    const delivery = randomUUID()
    const answers = await Promise.all(Array.from({ length: 8 }, () => deliver(payloadFor(request), { delivery })))
    expect(answers.map((each) => each.body.woken).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1])

    const { there, look } = world()
    await there.faults([{ kind: 'double-webhooks' }])
    delivered.length = 0
    await there.push(request.branch, [{ path: `${request.folder}/extra.yaml`, content: 'a: 1\n' }])
    await vi.waitFor(() => expect(delivered.filter((each) => each.event === 'push')).toHaveLength(2), patiently)
    await there.faults([])
    const now = await look(request.id)
    expect(now.timeline.filter((entry) => entry.type === 'push')).toHaveLength(1)
  })

  it('out of order: what counts is what the host says when it is asked', async () => {
    const { there, look } = world()
    const request = await world().asked()
    await there.push(request.branch, [{ path: `${request.folder}/extra.yaml`, content: 'a: 1\n' }])
    const head = await there.push(request.branch, [{ path: `${request.folder}/extra.yaml` }])
    await deliver({ ...payloadFor(request), action: 'closed' })
    await look(request.id)
    await deliver({ ...payloadFor(request), action: 'opened' })
    const now = await look(request.id)
    expect([now.state, now.pullRequest?.headSha, now.failure]).toEqual(['in_review', head, null])
  })

  it('for another repository: wakes nothing, whatever number or branch it names', async () => {
    const request = await world().asked()
    await untouched(request, async () => {
      expect((await deliver(payloadFor(request, 'somebody/else'))).body).toEqual({ woken: 0 })
      expect((await deliver({ repository: { full_name: 'platform/gitops' } })).body).toEqual({ woken: 0 })
    })
  })

  it('20 MB: refused before it is read to the end', async () => {
    const { status, body } = await deliver(JSON.stringify({ filler: 'x'.repeat(20 * 2 ** 20) }), { signature: null })
    expect([status, body.code]).toEqual([413, 'payload_too_large'])
  })

  it('not JSON, not an object, without a delivery id: refused in words', async () => {
    for (const text of ['null', '[]', '{', '{"pull_request":{"number":"one"}}', '{"ref":[1]}', '"\u0000"']) {
      const { status, body } = await deliver(text)
      expect([text, status >= 400 && status < 500, typeof body.remedy]).toEqual([text, true, 'string'])
    }
    expect((await deliver('', { signature: `sha256=${'0'.repeat(64)}` })).status).toBe(401)
    const request = await world().asked()
    expect((await deliver(payloadFor(request), { delivery: '' })).status).toBe(400)
  })

  it('for a deleted pull request: wakes nothing', async () => {
    expect((await deliver(payloadFor({ number: 999_999, branch: 'modelyard/gone/deleted' }))).body).toEqual({
      woken: 0,
    })
  })

  it('for a request that has ended: wakes nothing', async () => {
    const { requests, member } = world()
    const request = await world().asked()
    await requests.cancel(member, request.id)
    expect((await deliver(payloadFor(request))).body).toEqual({ woken: 0 })
  })

  it('a review there wakes the request, and the next look counts it', async () => {
    const { there, db, reviewer, look } = world()
    const request = await world().asked()
    const octo = await there.person('octo-reviewer')
    await db.gitAccount.create({
      data: { userId: reviewer.userId, hostId: octo.id, login: octo.login, source: 'oauth' },
    })
    delivered.length = 0
    await octo.client.rest.pulls.createReview({ ...at, pull_number: request.number, event: 'APPROVE' })
    await vi.waitFor(
      () => expect(delivered).toContainEqual(expect.objectContaining({ event: 'pull_request_review', status: 202 })),
      patiently,
    )
    expect((await look(request.id)).state).toBe('syncing')
  })

  it('all lost for an hour: looking alone reaches the same', async () => {
    const { there, requests, reviewer, look } = world()
    await there.faults([{ kind: 'lose-webhooks' }])
    const [pushed, closed, merged, approved] = [
      await world().asked(),
      await world().asked(),
      await world().asked(),
      await world().asked(),
    ]
    const head = await there.push(pushed.branch, [{ path: `${pushed.folder}/extra.yaml`, content: 'a: 1\n' }])
    await there.host.rest.pulls.update({ ...at, pull_number: closed.number, state: 'closed' })
    await there.host.rest.pulls.merge({ ...at, pull_number: merged.number })
    await requests.approve(reviewer, { id: approved.id, sha: headOf(approved) })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    try {
      expect((await look(pushed.id)).pullRequest?.headSha).toBe(head)
      for (const each of [closed, merged, approved]) await look(each.id)
    } finally {
      vi.useRealTimers()
      await there.faults([])
    }
    expect([await stateOf(closed.id), await stateOf(merged.id), await stateOf(approved.id)]).toEqual([
      'cancelled',
      'syncing',
      'syncing',
    ])
  })
})
