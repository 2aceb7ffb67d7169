export type Share = { version: number; weight: number; shadow: boolean }

/** What is still to be given to a version; negative when more than everything is given. */
export const shareLeft = (traffic: readonly Share[]) =>
  100 - traffic.filter((each) => !each.shadow).reduce((sum, each) => sum + each.weight, 0)

/** With two versions, one share follows from the other. */
export function withVersion(traffic: readonly Share[], place: number, change: Partial<Share>): Share[] {
  const next = traffic.map((share, at) => (at === place ? { ...share, ...change } : share))
  if (change.weight === undefined || next.length !== 2 || next.some((share) => share.shadow)) return next
  const rest = Math.max(0, 100 - change.weight)
  return next.map((share, at) => (at === place ? share : { ...share, weight: rest }))
}

/** A version that joins starts with what is left, or with a tenth taken from the largest. */
export function addVersion(traffic: readonly Share[], version: number): Share[] {
  const left = shareLeft(traffic)
  if (left > 0) return [...traffic, { version, weight: left, shadow: false }]
  const largest = Math.max(...traffic.map((share) => (share.shadow ? -1 : share.weight)))
  const giver = traffic.findIndex((share) => !share.shadow && share.weight === largest)
  const given = Math.min(10, Math.max(0, largest))
  return [
    ...traffic.map((share, at) => (at === giver ? { ...share, weight: share.weight - given } : share)),
    { version, weight: given, shadow: false },
  ]
}
