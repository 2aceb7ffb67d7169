/** When the last live message came: tells a change that happened from one that somebody asked to see. */
let last = Number.NEGATIVE_INFINITY

export const noteMessage = () => {
  last = performance.now()
}

export const heardLately = () => performance.now() - last < 5000
