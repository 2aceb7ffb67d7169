const steps = [
  { seconds: 60, name: 's', per: 1 },
  { seconds: 3600, name: 'min', per: 60 },
  { seconds: 86_400, name: 'h', per: 3600 },
  { seconds: 86_400 * 45, name: 'd', per: 86_400 },
] as const

/** How long ago (or ahead), in the largest unit that fits: "40 min ago", "in 2 h". Older than weeks is a date. */
export function relativeTime(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000)
  const distance = Math.abs(seconds)
  if (distance < 10) return 'just now'
  const step = steps.find((each) => distance < each.seconds)
  if (!step) return exactDate(at)
  const amount = `${Math.floor(distance / step.per)} ${step.name}`
  return seconds > 0 ? `${amount} ago` : `in ${amount}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** By hand: the server's and the browser's ICU do not shorten every month alike. */
export const exactDate = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`

/** The same words on the server and in every browser: one time zone, named. */
export const exactTime = (at: Date) => `${exactDate(at)}, ${at.toISOString().slice(11, 19)} UTC`

/** "3 s later", for the next step of a timeline. */
export function laterBy(before: Date, after: Date): string {
  const seconds = Math.max(0, Math.round((after.getTime() - before.getTime()) / 1000))
  if (seconds < 1) return 'at once'
  const step = steps.find((each) => seconds < each.seconds) ?? steps[3]
  return `${Math.floor(seconds / step.per)} ${step.name} later`
}
