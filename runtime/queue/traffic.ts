/** Which version answers: by weight, by the caller's sticky key, or the one that was named. */
import type { ModelRoute, VersionRoute } from '../http/route-table.ts'

const serving = (route: VersionRoute): boolean => route.state === 'Ready' && route.socket !== ''

const hash = (text: string): number => {
  let value = 2_166_136_261
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16_777_619)
  // A last stir: short keys that differ in their end would otherwise land close together.
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32
}

/** A version that is not ready gets nothing; its share goes to those that are, so a failed canary costs no request. */
export const chooseVersion = (model: ModelRoute, stickyKey: string, random: () => number): VersionRoute | undefined => {
  const [first] = model.versions
  if (model.versions.length === 1 && first && !first.shadow && first.weight > 0 && serving(first)) return first
  const candidates = model.versions.filter((each) => !each.shadow && each.weight > 0 && serving(each))
  const [only] = candidates
  if (candidates.length <= 1) return only
  const total = candidates.reduce((sum, each) => sum + each.weight, 0)
  let point = (stickyKey === '' ? random() : hash(stickyKey)) * total
  for (const candidate of candidates) {
    point -= candidate.weight
    if (point < 0) return candidate
  }
  return candidates.at(-1)
}

export const shadowsOf = (model: ModelRoute): VersionRoute[] =>
  model.versions.filter((each) => each.shadow && serving(each))
