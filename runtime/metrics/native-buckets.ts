/**
 * Buckets of Prometheus' native histograms: eight to each doubling, so that a quantile is never off by more than nine
 * percent. A bucket's number says what its upper bound is the power of.
 */
export const NATIVE_SCHEMA = 3
const PER_DOUBLING = 2 ** NATIVE_SCHEMA

/** From a microsecond to over an hour; what lies outside is counted at the edge. */
export const FIRST_NATIVE = -20 * PER_DOUBLING
const LAST_NATIVE = 12 * PER_DOUBLING
export const NATIVE_BUCKETS = LAST_NATIVE - FIRST_NATIVE + 1

export const nativeIndex = (value: number): number => {
  const bucket = Math.ceil(Math.log2(value) * PER_DOUBLING)
  return bucket < FIRST_NATIVE ? 0 : bucket > LAST_NATIVE ? NATIVE_BUCKETS - 1 : bucket - FIRST_NATIVE
}
