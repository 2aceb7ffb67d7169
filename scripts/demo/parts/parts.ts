// Everything that runs in the demo, in `npm run dev` and under the e2e tests: one entry a part.
import type { Part } from '../../supervisor/part.ts'
import { cluster } from './cluster.ts'
import { monitoring } from './monitoring.ts'
import { outsideWorld } from './outside-world.ts'
import { portal } from './portal.ts'
import type { PartsOptions } from './program.ts'
import { serving } from './serving.ts'

export function demoParts(options: PartsOptions): Part[] {
  return [
    ...outsideWorld(options),
    ...cluster(options),
    ...serving(options),
    ...monitoring(options),
    ...portal(options),
  ]
}

/** Only the named parts, and what they need. */
export function withNeeded(parts: Part[], names: string[]): Part[] {
  const wanted = new Set<string>()
  const want = (name: string) => {
    const part = parts.find((candidate) => candidate.name === name)
    if (!part) throw new Error(`There is no part "${name}". There are: ${parts.map((each) => each.name).join(', ')}.`)
    wanted.add(name)
    part.after.forEach(want)
  }
  names.forEach(want)
  return parts.filter((part) => wanted.has(part.name))
}
