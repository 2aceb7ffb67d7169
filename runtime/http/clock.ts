/** The time for deadlines of many seconds and for the Date header, looked up fifty times a second instead of per request. */

let milliseconds = Date.now()
let second = 0
let line = ''

export const tick = (): void => {
  milliseconds = Date.now()
  const now = Math.floor(milliseconds / 1000)
  if (now === second) return
  second = now
  line = `Date: ${new Date(now * 1000).toUTCString()}\r\n`
}
tick()

/** Milliseconds as Date.now() has them, at most a few dozen old while the thread keeps up. */
export const coarseNow = (): number => milliseconds

export const dateHeader = (): string => line
