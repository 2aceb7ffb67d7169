import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, clientFor, openPull, repo } from './testing/host.ts'
import { startReceiver } from './testing/receiver.ts'

const main = join(import.meta.dirname, 'main.ts')
const Ready = z.object({ ready: z.literal(true), url: z.string(), apiUrl: z.string() })
let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'git-host-crash-'))
  await mkdir(join(folder, 'seed'))
  await writeFile(join(folder, 'seed', 'policy.yaml'), 'presets: []\n')
})
afterEach(async () => {
  if (child) await stop('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

async function start(...flags: string[]) {
  const settings = ['--state', join(folder, 'state'), '--admin-token', adminToken, '--seed', join(folder, 'seed')]
  const started = spawn(process.execPath, [main, ...settings, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  child = started
  const lines = createInterface({ input: started.stdout })
  const [line] = await once(lines, 'line')
  const ready = Ready.parse(JSON.parse(String(line)))
  return { ...ready, client: clientFor(ready.apiUrl, adminToken) }
}

async function stop(signal: NodeJS.Signals) {
  const ended = child
  child = undefined
  if (!ended || ended.exitCode !== null) return ended?.exitCode
  const exit = once(ended, 'exit')
  ended.kill(signal)
  const [code] = await exit
  return code
}

describe('the process', () => {
  it('keeps everything over kill -9 at any moment of a merge: it happened or it did not', async () => {
    let { client } = await start()
    for (let round = 0; round < 8; round += 1) {
      const pull = await openPull(client, `change-${round}`)
      const merge = client.pulls.merge({ ...repo, pull_number: pull.number }).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, round * 8))
      await stop('SIGKILL')
      await merge
      client = (await start()).client
      const { data: after } = await client.pulls.get({ ...repo, pull_number: pull.number })
      const { data: compare } = await client.repos.compareCommitsWithBasehead({
        ...repo,
        basehead: `main...${pull.head.sha}`,
      })
      expect(after.merged).toBe(compare.ahead_by === 0)
      expect(after.state).toBe(after.merged ? 'closed' : 'open')
      if (!after.merged) await client.pulls.merge({ ...repo, pull_number: pull.number, sha: pull.head.sha })
    }
    const { data: commits } = await client.repos.listCommits({ ...repo, sha: 'main' })
    expect(commits.filter((commit) => commit.parents.length === 2)).toHaveLength(8)
  })

  it('begins the repository from a folder once, protects it as asked, and ends gracefully', async () => {
    const { client } = await start('--required-status', 'modelyard/policy')
    const { data } = await client.repos.getBranchProtection({ ...repo, branch: 'main' })
    expect(data.required_status_checks?.contexts).toEqual(['modelyard/policy'])
    const first = (await client.repos.getBranch({ ...repo, branch: 'main' })).data.commit.sha
    expect(await stop('SIGTERM')).toBe(0)
    const again = await start()
    expect((await again.client.repos.getBranch({ ...repo, branch: 'main' })).data.commit.sha).toBe(first)
  })

  it('delivers after a restart what was not delivered before a kill', async () => {
    const receiver = await startReceiver()
    const flags = ['--webhook-url', receiver.url, '--webhook-secret', 'a-secret']
    let { client } = await start(...flags)
    await receiver.next(1)
    await openPull(client, 'change')
    await stop('SIGKILL')
    client = (await start(...flags)).client
    await receiver.next(3)
    expect(receiver.received.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['ping', 'push', 'pull_request']),
    )
    await receiver.close()
  })

  it('says every flag that is missing', async () => {
    const started = spawn(process.execPath, [main, '--webhook-url', 'http://127.0.0.1:1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let text = ''
    started.stderr.on('data', (chunk) => {
      text += chunk
    })
    const [code] = await once(started, 'close')
    expect(code).toBe(2)
    expect(text).toContain('--state')
    expect(text).toContain('--admin-token')
    expect(text).toContain('--webhook-secret')
  })
})
