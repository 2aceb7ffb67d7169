/** What every Git host must do; run on the fake and on the adapter against the sandbox's host. */
import { createHash, randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { CommitSha } from '../contracts/names.ts'
import type { FileChange, GitHost, HostAccount, Review, StatusReport } from './git-host.ts'

export type GitHostUnderTest = {
  host: GitHost
  /** Somebody else pushes to a branch. */
  push: (branch: string, files: FileChange[]) => Promise<CommitSha>
  /** Somebody else changes the default branch. */
  commitToDefault: (files: FileChange[]) => Promise<void>
  /** Somebody with an account there. */
  person: (login: string) => Promise<HostAccount>
  review: (number: number, by: HostAccount, state: Review['state'], sha?: CommitSha) => Promise<void>
  /** Takes back the latest review of that account. */
  dismiss: (number: number, by: HostAccount) => Promise<void>
  commentsOn: (number: number) => Promise<string[]>
  statusesOf: (sha: CommitSha) => Promise<Pick<StatusReport, 'context' | 'state' | 'description'>[]>
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
    const { files, more } = await host.changedFiles(change.number)
    expect(more).toBe(false)
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

  it('tells reviews by account, oldest first, with the commit they are about', async () => {
    const { host, person, review, dismiss, push } = make()
    const path = fresh()
    const change = await host.openChange(proposal([{ path, content: 'a: 1\n' }]))
    const [one, two] = [await person('first-reviewer'), await person('second-reviewer')]
    await review(change.number, one, 'changes_requested')
    const moved = await push(change.branch, [{ path, content: 'a: 2\n' }])
    await review(change.number, one, 'approved')
    await review(change.number, two, 'approved')
    await review(change.number, two, 'commented')
    await dismiss(change.number, one)
    const told = (await host.reviews(change.number)).map(({ account, state, sha }) => [account.id, state, sha])
    expect(told).toEqual([
      [one.id, 'changes_requested', change.headSha],
      [one.id, 'dismissed', moved],
      [two.id, 'approved', moved],
      [two.id, 'commented', moved],
    ])
  })

  it('tells all reviews, however many pages they fill', async () => {
    const { host, person, review } = make()
    const change = await host.openChange(proposal([{ path: fresh(), content: 'a: 1\n' }]))
    const talkative = await person('talkative')
    for (let index = 0; index < 101; index++) await review(change.number, talkative, 'commented')
    const reviews = await host.reviews(change.number)
    expect(new Set(reviews.map((each) => each.id)).size).toBe(101)
  })

  it('reports the latest status of each context', async () => {
    const { host, statusesOf } = make()
    const { headSha } = await host.openChange(proposal([{ path: fresh(), content: 'a: 1\n' }]))
    const report = (context: string, state: StatusReport['state']) =>
      host.reportStatus(headSha, { context, state, description: `${context} is ${state}` })
    await report('modelyard/policy', 'pending')
    await report('modelyard/policy', 'success')
    await report('modelyard/approval', 'failure')
    expect((await statusesOf(headSha)).sort((left, right) => (left.context < right.context ? -1 : 1))).toEqual([
      { context: 'modelyard/approval', state: 'failure', description: 'modelyard/approval is failure' },
      { context: 'modelyard/policy', state: 'success', description: 'modelyard/policy is success' },
    ])
  })

  it('comments as it was told', async () => {
    const { host, commentsOn } = make()
    const change = await host.openChange(proposal([{ path: fresh(), content: 'a: 1\n' }]))
    await host.comment(change.number, 'Looked at: ü, *not* markup')
    expect(await commentsOn(change.number)).toEqual(['Looked at: ü, *not* markup'])
  })

  it('names each file of a tree by its content as Git does', async () => {
    const { host, commitToDefault } = make()
    const folder = `teams/ml/dev/${randomUUID()}`
    await commitToDefault([
      { path: `${folder}/deep/er/a.yaml`, content: 'ü: 1\n' },
      { path: `${folder}-beside/b.yaml`, content: 'b: 1\n' },
    ])
    const content = Buffer.from('ü: 1\n')
    const sha = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
    expect(await host.readTree(folder)).toEqual([{ path: `${folder}/deep/er/a.yaml`, kind: 'file', sha }])
    expect((await host.readFile(`${folder}/deep/er/a.yaml`))?.sha).toBe(sha)
    expect(await host.readTree(`${folder}-nowhere`)).toEqual([])
    expect(await host.readTree(folder, 'a'.repeat(40))).toEqual([])
  })

  it('compares two commits', async () => {
    const { host, push, commitToDefault } = make()
    const path = fresh()
    const change = await host.openChange(proposal([{ path, content: 'a: 1\n' }]))
    await push(change.branch, [{ path, content: 'a: 2\n' }])
    const head = await push(change.branch, [{ path, content: 'a: 3\n' }])
    await commitToDefault([{ path: fresh(), content: 'b: 1\n' }])
    const main = await host.headOfDefaultBranch()
    expect(await host.compare(change.headSha, change.headSha)).toMatchObject({ status: 'identical' })
    expect(await host.compare(change.headSha, head)).toEqual({ status: 'ahead', ahead: 2, behind: 0 })
    expect(await host.compare(head, change.headSha)).toEqual({ status: 'behind', ahead: 0, behind: 2 })
    expect(await host.compare(main, head)).toMatchObject({ status: 'diverged', ahead: 3 })
    expect(await host.compare(head, CommitSha.parse('0'.repeat(40)))).toBeUndefined()
  })

  it('finds an account by its login, and none where there is none', async () => {
    const { host, person } = make()
    const somebody = await person('somebody-there')
    expect(await host.findAccount('somebody-there')).toEqual(somebody)
    expect(await host.findAccount('nobody-there')).toBeUndefined()
  })

  it('makes its webhook once, and tells what the host knows of it', async () => {
    const { host } = make()
    const url = `http://127.0.0.1:9/${randomUUID()}`
    expect(await host.findWebhook(url)).toBeUndefined()
    expect(await host.ensureWebhook({ url, secret: 'known to both' })).toBe('created')
    expect(await host.ensureWebhook({ url, secret: 'known to both' })).toBe('present')
    expect(await host.findWebhook(url)).toMatchObject({ active: true, deliveries: expect.any(Array) })
  })

  it('says who we are there, and what we may do', async () => {
    expect((await make().host.probe()).login).toBe('modelyard-bot')
    const may = await make().host.check()
    expect(may).toContainEqual({ label: 'Open and merge pull requests', value: 'allowed', ok: true })
  })
}
