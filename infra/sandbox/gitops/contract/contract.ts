/** What a GitOps controller must do, whoever it is: run on the sandbox's reconciler and on Argo CD itself. */
import { afterAll, beforeAll, describe } from 'vitest'
import { startTestRepository, type TestRepository } from './git-server.ts'
import { living } from './living.ts'
import { refusing } from './refusing.ts'
import * as sample from './samples.ts'
import { syncing } from './syncing.ts'
import { type GitOpsUnderTest, SECONDS, type World, worldOf } from './world.ts'

export const gitOpsContract = (start: () => Promise<GitOpsUnderTest>): void => {
  let under: GitOpsUnderTest | undefined
  let repository: TestRepository | undefined
  let world: World | undefined
  const ready = (): World => {
    if (!world) throw new Error('the GitOps controller under test has not started')
    return world
  }

  // The scenarios share a cluster, so they run in order: namespaces made by the first are used by the rest.
  describe('the contract of GitOps', { timeout: SECONDS * 2000 }, () => {
    beforeAll(async () => {
      repository = await startTestRepository()
      await repository.commit({ 'README.md': 'Desired state\n' })
      under = await start()
      world = worldOf(under, repository)
      await world.put(sample.inferenceModelDefinition)
      await world.put(sample.project('open', { clusterResourceWhitelist: [{ group: '*', kind: '*' }] }))
    }, 120_000)

    afterAll(async () => {
      await under?.stop()
      await repository?.stop()
    }, 60_000)

    syncing(ready)
    refusing(ready)
    living(ready)
  })
}
