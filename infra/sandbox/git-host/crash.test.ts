import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Part, startPart, startRefused } from '#sandbox/process/testing/part.ts'
import { adminToken, clientFor, openPull, patiently, repo } from './testing/host.ts'
import { startReceiver } from './testing/receiver.ts'

const main = join(import.meta.dirname, 'main.ts')
const Ready = z.object({ ready: z.literal(true), url: z.string(), apiUrl: z.string() })
let folder: string
let part: Part | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'git-host-crash-'))
  await mkdir(join(folder, 'seed'))
  await writeFile(join(folder, 'seed', 'policy.yaml'), 'presets: []\n')
})
afterEach(async () => {
  await part?.stop('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

async function start(...flags: string[]) {
  const settings = ['--state', join(folder, 'state'), '--admin-token', adminToken, '--seed', join(folder, 'seed')]
  part = await startPart(main, [...settings, ...flags])
  const ready = Ready.parse(part.ready)
  return { ...ready, client: clientFor(ready.apiUrl, adminToken) }
}

// Each test starts processes two or three times, which a busy machine does slowly.
describe('the process', { timeout: 60_000 }, () => {
  it.each([
    { at: 'merge-written', method: 'merge', merged: false },
    { at: 'base-moved', method: 'merge', merged: true },
    { at: 'base-moved', method: 'squash', merged: true },
    { at: 'merge-kept', method: 'merge', merged: true },
  ] as const)('killed in a $method when $at: it happened once or not at all', async ({ at, method, merged }) => {
    let { client } = await start()
    const pull = await openPull(client, 'change')
    await client.request('PUT /sandbox/faults', { data: [{ kind: 'kill', at }] })
    const wish = { ...repo, pull_number: 1, merge_method: method, sha: pull.head.sha }
    await expect(client.pulls.merge(wish)).rejects.toThrow()
    client = (await start()).client
    const { data: after } = await client.pulls.get({ ...repo, pull_number: 1 })
    expect(after).toMatchObject({ merged, state: merged ? 'closed' : 'open', head: { sha: pull.head.sha } })
    if (!merged) await client.pulls.merge(wish)
    const { data: commits } = await client.repos.listCommits({ ...repo, sha: 'main' })
    expect(commits).toHaveLength(method === 'squash' ? 2 : 3)
  })

  it('begins the repository from a folder once, protects it as asked, and ends gracefully', async () => {
    const { client } = await start('--required-status', 'modelyard/policy')
    const { data } = await client.repos.getBranchProtection({ ...repo, branch: 'main' })
    expect(data.required_status_checks?.contexts).toEqual(['modelyard/policy'])
    const first = (await client.repos.getBranch({ ...repo, branch: 'main' })).data.commit.sha
    expect(await part?.stop('SIGTERM')).toBe(0)
    const again = await start()
    expect((await again.client.repos.getBranch({ ...repo, branch: 'main' })).data.commit.sha).toBe(first)
  })

  it('delivers after a restart what was not delivered before a kill', async () => {
    const receiver = await startReceiver()
    const flags = ['--webhook-url', receiver.url, '--webhook-secret', 'a-secret']
    let { client } = await start(...flags)
    await receiver.next(1)
    await openPull(client, 'change')
    await part?.stop('SIGKILL')
    client = (await start(...flags)).client
    const events = () => receiver.received.map(({ event }) => event)
    await expect.poll(events, patiently).toEqual(expect.arrayContaining(['ping', 'push', 'pull_request']))
    await receiver.close()
  })

  it('says every flag that is missing', async () => {
    const { code, complaint } = await startRefused(main, ['--webhook-url', 'http://127.0.0.1:1'])
    expect(code).toBe(2)
    expect(complaint).toContain('--state')
    expect(complaint).toContain('--admin-token')
    expect(complaint).toContain('--webhook-secret')
  })
})
