/** A file somebody might upload, by carelessness or on purpose. */
export type HostileModel = {
  name: string
  bytes: Buffer
  /**
   * `refused`: it must not be served. `contained`: it may be refused, or be served and answer or fail; whichever, the
   * server and its neighbours must not notice.
   */
  fate: 'refused' | 'contained'
}

export const refused = (name: string, bytes: Buffer): HostileModel => ({ name, bytes, fate: 'refused' })

export const contained = (name: string, bytes: Buffer): HostileModel => ({ name, bytes, fate: 'contained' })

/** The same numbers on every run (a linear congruential generator). */
export const dice = (seed: number): ((sides: number) => number) => {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
