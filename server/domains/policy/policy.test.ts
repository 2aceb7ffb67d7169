import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFakeGitHost } from '../../testing/git-host/fake-git-host.ts'
import { createPolicy } from './policy.ts'

const path = 'platform/policy.yaml'
const yaml = readFileSync(join(import.meta.dirname, '../../../infra/sandbox/seed/gitops', path), 'utf8')

function begin(files: Record<string, string> = { [path]: yaml }) {
  const git = createFakeGitHost(files)
  let reads = 0
  let now = 0
  let silent = false
  const readFile: typeof git.readFile = (...given) => {
    reads += 1
    if (silent) return new Promise(() => undefined)
    return git.readFile(...given)
  }
  const policy = createPolicy({
    git: { ...git, readFile },
    clock: { now: () => new Date(now) },
    patienceMilliseconds: 50,
  })
  return {
    git,
    policy,
    reads: () => reads,
    fallSilent: () => {
      silent = true
    },
    later: (seconds: number) => {
      now += seconds * 1000
    },
  }
}

describe('the policy', () => {
  it('is read once for all who ask at the same time', async () => {
    const { policy, reads } = begin()
    await Promise.all(Array.from({ length: 20 }, () => policy.current()))
    expect(reads()).toBe(1)
  })

  it('stays what it was while the host does not answer, which is asked now and then', async () => {
    const { git, policy, reads, later } = begin()
    await policy.current()
    git.down(true)
    later(11)
    for (let turn = 0; turn < 5; turn++) expect((await policy.view()).problem).toBe('The Git host does not answer.')
    expect(reads()).toBe(2)
    git.down(false)
    later(11)
    expect((await policy.view()).problem).toBeNull()
  })

  it('does not wait long for a host that has fallen silent', async () => {
    const { policy, reads, later, fallSilent } = begin()
    const { version } = await policy.current()
    fallSilent()
    for (let turn = 0; turn < 3; turn++) {
      later(11)
      expect(await policy.view()).toMatchObject({ version, problem: 'The Git host does not answer.' })
    }
    expect(reads()).toBe(2)
  })

  it('says what is wrong with the file, and goes on with the last good one', async () => {
    const { git, policy, later } = begin()
    await policy.current()
    for (const [content, problem] of [
      ['prices: [', `${path} is not valid YAML`],
      ['prices: 3', `${path} is not a valid policy`],
    ] as const) {
      git.commitToDefault([{ path, content }])
      later(11)
      expect((await policy.view()).problem).toContain(problem)
      await policy.current()
    }
  })

  it('is missed as an integration that does not answer, when there never was one', async () => {
    await expect(begin({}).policy.current()).rejects.toMatchObject({ code: 'integration_unavailable' })
  })
})
