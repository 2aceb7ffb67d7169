/** All that is to be measured, one after the other; what fails is told and left out. */
import type { Results } from '../report/goals.ts'
import type { Workload } from '../workloads.ts'
import { type Bench, type Cell, measureWorkload } from './cells.ts'
import { type HogFinding, type HogSetting, measureHog } from './hog.ts'
import { measureLanes } from './lanes.ts'
import { measureLoading, writeBigModel } from './loading.ts'

const SHARE_OF_SATURATION = 0.04
const SHARE_WITHOUT_SATURATION = 800

export const measureEverything = async (
  bench: Bench,
  chosen: readonly Workload[],
  wanted: (part: string) => boolean,
): Promise<Results> => {
  const { folder, seconds, rounds, tell } = bench
  const attempt = <T>(what: string, measure: () => Promise<T>): Promise<T | undefined> =>
    measure().catch((error: unknown) => {
      bench.failed(what, error instanceof Error ? error.message : String(error))
      return undefined
    })

  const cells: Cell[] = []
  for (const workload of chosen) {
    cells.push(...((await attempt(workload.name, () => measureWorkload(bench, workload))) ?? []))
  }

  const saturation = cells.find((each) => each.workload === 'tiny')?.ours.requestsPerSecond
  const sharePerSecond = Math.round(
    saturation === undefined ? SHARE_WITHOUT_SATURATION : saturation * SHARE_OF_SATURATION,
  )
  const hogs: HogFinding[] = []
  const settings: HogSetting[] = wanted('hog') ? ['limited', 'open', 'echo'] : []
  for (const setting of settings) {
    const found = await attempt('a hog', () => measureHog({ folder, seconds, rounds, sharePerSecond, setting }))
    if (!found) continue
    hogs.push(found)
    tell(
      `hog at ten times ${sharePerSecond}/s, ${setting}: others' p99 ${found.calmP99.toFixed(1)} → ${found.hoggedP99.toFixed(1)} ms (${found.ratio.toFixed(2)} ×), ${found.failures} failures, ${Math.round(found.hogAnswered)} answered and ${Math.round(found.hogRefused)} refused a second`,
    )
  }

  const big = wanted('loading') || wanted('lanes') ? await writeBigModel(folder) : undefined
  const lanes = big && wanted('lanes') ? await attempt('lanes', () => measureLanes(big.file, 'big')) : undefined
  if (lanes) tell(`one session ${lanes.oneMegabytes} MB, four lanes ${lanes.fourMegabytes} MB`)
  const loading =
    big && wanted('loading')
      ? await attempt('loading', () => measureLoading({ folder, seconds, loads: rounds, ...big }))
      : undefined
  if (loading) {
    tell(
      `while ${loading.megabytes} MB are loaded: loop p99 ${loading.loopP99.toFixed(1)} ms, ${loading.failures} failures`,
    )
  }
  return { cells, hogs, loading, lanes }
}
