import { expect, it } from 'vitest'
import { hostileModels } from '../testing/hostile-models.ts'
import { depthToSpace } from '../testing/models.ts'
import { faultsOf, runCampaign } from './campaign.ts'

it('refuses hostile models with a reason, and the neighbour loses no request', { timeout: 120_000 }, async () => {
  const all = hostileModels()
  // A dozen spread over all kinds; `npm run runtime:hostile` tries every one.
  const some = all.filter((_, at) => at % Math.ceil(all.length / 12) === 0)
  const killer = { name: 'divides by zero', bytes: depthToSpace(4294967296n), fate: 'refused' } as const
  const campaign = await runCampaign([killer, ...some])
  expect(faultsOf(campaign)).toEqual([])
  expect(campaign.outcomes[0]).toMatchObject({ state: 'Failed', message: expect.stringContaining('SIGFPE') })
})
