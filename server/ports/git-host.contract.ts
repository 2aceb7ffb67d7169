/** What every Git host must do; run on the fake and on the adapter against the sandbox's host. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { CommitSha } from '../contracts/names.ts'
import type { FileChange, GitHost } from './git-host.ts'

export type GitHostUnderTest = {
  host: GitHost
  /** Somebody else pushes to a branch. */
  push: (branch: string, files: FileChange[]) => Promise<CommitSha>
  /** Somebody else changes the default branch. */
  commitToDefault: (files: FileChange[]) => Promise<void>
}

export function gitHostContract(make: () => GitHostUnderTest): void {
  const proposal = (files: FileChange[]) => ({
    branch: `modelyard/test/${randomUUID().slice(0, 8)}`,
    title: 'A change',
    body: 'Why it is needed',
    message: 'Change something',
    files,
  })
  const fresh = () => `teams/ml/dev/${randomUUID()}.yaml`

  it('opens a change with all its files in one commit', async () => {
    const { host } = make()
    const [one, two] = [fresh(), fresh()]
    const change = await host.openChange(
      proposal([
        { path: one, content: 'a: 1\n' },
        { path: two, content: 'b: ü\n' },
      ]),
    )
    expect(change.state).toBe('open')
    const files = await host.changedFiles(change.number)
    expect(files.map((file) => [file.path, file.status]).sort()).toEqual(
      [
        [one, 'added'],
        [two, 'added'],
      ].sort(),
    )
    expect((await host.readFile(two, change.branch))?.content).toBe('b: ü\n')
    expect((await host.readFile(two, change.headSha))?.content).toBe('b: ü\n')
    expect(await host.readFile(two)).toBeUndefined()
  })

  it('opens the same change once, however often it is asked', async () => {
    const { host } = make()
    const wanted = proposal([{ path: fresh(), content: 'a: 1\n' }])
    const [first, again] = [await host.openChange(wanted), await host.openChange(wanted)]
    expect(again.number).toBe(first.number)
    expect(again.headSha).toBe(first.headSha)
    expect((await host.findChange(wanted.branch))?.number).toBe(first.number)
  })

  it('opens one change when asked twice at once', async () => {
    const { host } = make()
    const wanted = proposal([{ path: fresh(), content: 'a: 1\n' }])
    const results = await Promise.allSettled([host.openChange(wanted), host.openChange(wanted)])
    const numbers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.number] : []))
    expect(new Set(numbers).size).toBe(1)
    expect((await host.openChange(wanted)).number).toBe(numbers[0])
  })

  it('merges exactly the commit that was asked for', async () => {
    const { host } = make()
    const path = fresh()
    const change = await host.openChange(proposal([{ path, content: 'a: 1\n' }]))
    const result = await host.merge(change.number, change.headSha, 'Merge it')
    expect(result.outcome).toBe('merged')
    expect((await host.readFile(path))?.content).toBe('a: 1\n')
    expect((await host.getChange(change.number)).state).toBe('merged')
  })

  it('answers a second merge as the first', async () => {
    const { host } = make()
    const change = await host.openChange(proposal([{ path: fresh(), content: 'a: 1\n' }]))
    const first = await host.merge(change.number, change.headSha, 'Merge it')
    expect(await host.merge(change.number, change.headSha, 'Merge it')).toEqual(first)
  })

  it('refuses to merge a commit that is no longer the head', async () => {
    const { host, push } = make()
    const path = fresh()
    const change = await host.openChange(proposal([{ path, content: 'a: 1\n' }]))
    const moved = await push(change.branch, [{ path, content: 'a: 1000\n' }])
    expect(await host.merge(change.number, change.headSha, 'Merge it')).toEqual({
      outcome: 'head_moved',
      headSha: moved,
    })
    expect(await host.readFile(path)).toBeUndefined()
    expect((await host.getChange(change.number)).headSha).toBe(moved)
  })

  it('says when the default branch conflicts', async () => {
    const { host, commitToDefault } = make()
    const path = fresh()
    await commitToDefault([{ path, content: 'a: 1\n' }])
    const change = await host.openChange(proposal([{ path, content: 'a: 2\n' }]))
    await commitToDefault([{ path, content: 'a: 3\n' }])
    expect((await host.merge(change.number, change.headSha, 'Merge it')).outcome).toBe('conflict')
    expect((await host.readFile(path))?.content).toBe('a: 3\n')
  })

  it('removes files, and lists what is left of a folder', async () => {
    const { host, commitToDefault } = make()
    const folder = `teams/ml/dev/${randomUUID()}`
    const paths = async (below: string) => (await host.readTree(below)).map((entry) => entry.path).sort()
    await commitToDefault([
      { path: `${folder}/a.yaml`, content: 'a: 1\n' },
      { path: `${folder}/b.yaml`, content: 'b: 1\n' },
    ])
    expect(await paths(folder)).toEqual([`${folder}/a.yaml`, `${folder}/b.yaml`])
    const change = await host.openChange(proposal([{ path: `${folder}/a.yaml`, content: null }]))
    await host.merge(change.number, change.headSha, 'Merge it')
    expect(await paths(folder)).toEqual([`${folder}/b.yaml`])
  })

  it('closes a change and forgets its branch, twice without harm', async () => {
    const { host } = make()
    const change = await host.openChange(proposal([{ path: fresh(), content: 'a: 1\n' }]))
    await host.closeChange(change.number, 'Not needed')
    await host.closeChange(change.number, 'Not needed')
    expect((await host.getChange(change.number)).state).toBe('closed')
    expect((await host.merge(change.number, change.headSha, 'Merge it')).outcome).toBe('blocked')
  })

  it('moves the head when a change is updated, and not when nothing differs', async () => {
    const { host } = make()
    const path = fresh()
    const change = await host.openChange(proposal([{ path, content: 'a: 1\n' }]))
    const updated = await host.updateChange(change.number, [{ path, content: 'a: 2\n' }], 'Change it')
    expect(updated.headSha).not.toBe(change.headSha)
    expect((await host.updateChange(change.number, [{ path, content: 'a: 2\n' }], 'Again')).headSha).toBe(
      updated.headSha,
    )
  })

  it('refuses a change that changes nothing', async () => {
    const { host, commitToDefault } = make()
    const path = fresh()
    await commitToDefault([{ path, content: 'a: 1\n' }])
    await expect(host.openChange(proposal([{ path, content: 'a: 1\n' }]))).rejects.toMatchObject({
      code: 'wrong_state',
    })
  })

  it('says who we are there, and what we may do', async () => {
    expect((await make().host.probe()).login).toBe('modelyard-bot')
    const may = await make().host.check()
    expect(may).toContainEqual({ label: 'Open and merge pull requests', value: 'allowed', ok: true })
  })
}
