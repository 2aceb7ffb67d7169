/** What every GitOps port must do; run on the fake, on the sandbox's reconciler and on Argo CD itself. */
import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { WatchEvent } from '../cluster.ts'
import type { Application, GitOps } from './gitops.ts'

export type GitOpsWorld = {
  gitops: GitOps
  /** The same, where nobody answers. */
  unreachable: GitOps
  /**
   * A commit that leaves exactly these ConfigMaps in the folder of an Application, which is made when it is not there.
   * Answers with the commit.
   */
  write(application: string, maps: readonly string[], options?: { automated?: boolean }): Promise<string>
  /** A commit that cannot be read. */
  spoil(application: string): Promise<void>
  /** A sync that begins and does not end. */
  hang(application: string): Promise<void>
}

const patience = { timeout: 60_000, interval: 50 }

export function gitOpsPortContract(make: () => GitOpsWorld): void {
  const fresh = () => `app-${randomUUID().slice(0, 8)}`
  const become = (name: string, fits: (application: Application) => boolean) =>
    vi.waitFor(async () => {
      const application = await make().gitops.get(name)
      if (!application || !fits(application)) throw new Error(`It is ${JSON.stringify(application)}`)
      return application
    }, patience)
  const calm = (each: Application) => each.operation?.phase === 'Succeeded' && each.sync === 'Synced'

  it('knows nothing of an Application that is not there, and says so when it is asked to do something', async () => {
    const { gitops } = make()
    expect(await gitops.get('absent')).toBeUndefined()
    await expect(gitops.refresh('absent', 'normal')).rejects.toMatchObject({ fault: 'not_found' })
    await expect(gitops.sync('absent', { by: 'Member', prune: false })).rejects.toMatchObject({ fault: 'not_found' })
  })

  it('tells what has become of a folder: sync, health, operation, history and resources', async () => {
    const name = fresh()
    const revision = await make().write(name, ['one', 'two'])
    await make().gitops.refresh(name, 'normal')
    const application = await become(name, (each) => calm(each) && each.revision === revision)
    expect(application).toMatchObject({
      name,
      automated: true,
      prunes: true,
      deleting: false,
      sync: 'Synced',
      health: 'Healthy',
      operation: { phase: 'Succeeded', revision, by: null },
      messages: [],
    })
    expect(application.path).toContain(name)
    expect(application.history.map((each) => each.revision)).toEqual([revision])
    expect(application.resources.map((each) => `${each.kind} ${each.name} ${each.sync}`).sort()).toEqual([
      'ConfigMap one Synced',
      'ConfigMap two Synced',
    ])
    for (const at of [application.lookedAt, application.operation?.finishedAt, application.history[0]?.at])
      expect(Date.parse(at ?? '')).toBeGreaterThan(Date.now() - 10 * 60_000)
  })

  it.each(['normal', 'hard'] as const)('looks at a new commit when it is asked to (%s)', async (how) => {
    const name = fresh()
    await make().write(name, ['one'])
    await make().gitops.refresh(name, 'normal')
    const before = await become(name, calm)
    const revision = await make().write(name, ['one', 'two'])
    await make().gitops.refresh(name, how)
    const after = await become(name, (each) => calm(each) && each.revision === revision && !each.askedToLook)
    expect(after.history.map((each) => each.revision)).toEqual([revision, before.revision])
  })

  it('waits where syncing is not automated, and tells who asked for it', async () => {
    const name = fresh()
    const revision = await make().write(name, ['one'], { automated: false })
    await make().gitops.refresh(name, 'normal')
    const waiting = await become(name, (each) => each.sync === 'OutOfSync')
    expect(waiting).toMatchObject({ automated: false, operation: null, history: [] })
    expect(waiting.resources).toMatchObject([{ kind: 'ConfigMap', sync: 'OutOfSync', health: 'Missing' }])
    await make().gitops.sync(name, { by: 'Maintainer of ml', prune: false })
    const done = await become(name, calm)
    expect(done.operation).toMatchObject({ phase: 'Succeeded', revision, by: 'Maintainer of ml' })
    expect(done.history).toMatchObject([{ revision, by: 'Maintainer of ml' }])
  })

  it('removes what has left the repository only when that is asked for', async () => {
    const name = fresh()
    const sync = async (prune: boolean) => make().gitops.sync(name, { by: 'Member', prune })
    await make().write(name, ['kept', 'left'], { automated: false })
    await make().gitops.refresh(name, 'normal')
    await become(name, (each) => each.sync === 'OutOfSync')
    await sync(true)
    await become(name, calm)
    const revision = await make().write(name, ['kept'], { automated: false })
    await make().gitops.refresh(name, 'normal')
    const leaving = (each: Application) => each.resources.find((resource) => resource.name === 'left')?.toBeRemoved
    await become(name, (each) => leaving(each) === true && each.revision === revision)
    await sync(false)
    const ended = (each: Application) =>
      each.operation?.phase === 'Succeeded' && each.operation.revision === revision && each.history.length === 2
    expect(leaving(await become(name, ended))).toBe(true)
    await sync(true)
    await become(name, (each) => calm(each) && leaving(each) === undefined)
  })

  it('refuses a sync while another is under way', async () => {
    const name = fresh()
    await make().write(name, ['one'])
    await make().gitops.refresh(name, 'normal')
    await become(name, calm)
    await make().hang(name)
    await make().gitops.refresh(name, 'normal')
    await become(name, (each) => each.operation?.phase === 'Running')
    await expect(make().gitops.sync(name, { by: 'Member', prune: false })).rejects.toMatchObject({
      code: 'integration_unavailable',
      fault: 'busy',
    })
  })

  it('passes on what it complains about, and keeps what runs', async () => {
    const name = fresh()
    await make().write(name, ['one'])
    await make().gitops.refresh(name, 'normal')
    await become(name, calm)
    await make().spoil(name)
    await make().gitops.refresh(name, 'normal')
    const broken = await become(name, (each) => each.sync === 'Unknown')
    expect(broken.messages).toMatchObject([{ type: 'ComparisonError', message: expect.stringContaining('broken') }])
    expect(broken.history).toHaveLength(1)
  })

  it('tells whoever follows it what is there and what changes', async () => {
    const { gitops, write } = make()
    const [there, later] = [fresh(), fresh()]
    await write(there, ['one'])
    const events: WatchEvent<Application>[] = []
    const stop = new AbortController()
    const ended = gitops.watch({ onEvent: (event) => events.push(event), signal: stop.signal })
    onTestFinished(async () => {
      stop.abort()
      await ended
    })
    await vi.waitFor(() => {
      const [first] = events
      expect(first?.type === 'synced' && first.items.map((each) => each.name)).toContain(there)
    }, patience)
    const revision = await write(later, ['one'])
    await gitops.refresh(later, 'normal')
    const isThere = (event: WatchEvent<Application>) =>
      event.type === 'changed' && event.item.name === later && event.item.revision === revision
    await vi.waitFor(() => expect(events.some(isThere)).toBe(true), patience)
  })

  it('says that nothing makes Applications of folders while there is no ApplicationSet', async () => {
    expect(await make().gitops.discoveryProblem('models')).toContain('ApplicationSet')
    await expect(make().gitops.discover('models')).rejects.toMatchObject({ fault: 'not_found' })
  })

  it('says whether the controller is at work, and what the portal may do there', async () => {
    const { facts } = await make().gitops.probe()
    expect(facts.find((each) => each.label === 'Controller')).toMatchObject({ ok: true })
    expect(await make().gitops.check()).toContainEqual({ label: 'See Applications', value: 'allowed', ok: true })
  })

  it('explains that it cannot be reached', async () => {
    const { unreachable } = make()
    const explained = { code: 'integration_unavailable', integration: 'gitops', fault: 'unreachable' }
    await expect(unreachable.get('any')).rejects.toMatchObject(explained)
    await expect(unreachable.refresh('any', 'normal')).rejects.toMatchObject(explained)
    await expect(unreachable.sync('any', { by: 'Member', prune: false })).rejects.toMatchObject(explained)
    await expect(unreachable.probe()).rejects.toMatchObject(explained)
  })
}
