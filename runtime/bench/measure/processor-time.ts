/** Processor time of a process and everything it started: what a request costs, however busy the machine is. */
import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** After the name, which stands in parentheses and may hold anything: the parent is second, the times twelfth and next. */
const statOf = (pid: number): { parent: number; seconds: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND }
  } catch {
    return undefined // it has ended
  }
}

/** The scheduler counts nanoseconds for each thread, where the process as a whole counts hundredths of a second. */
const threadSeconds = (pid: number): number | undefined => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanos = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
    )
    return nanos.reduce((sum, each) => sum + each, 0) / 1e9
  } catch {
    return undefined // a thread ended while we looked, or the kernel does not tell
  }
}

/** The processes themselves; those that ended in between are not counted. */
export const processorSeconds = (root: number): number => {
  const children = Map.groupBy(
    readdirSync('/proc').filter((name) => /^\d+$/.test(name)),
    (name) => statOf(Number(name))?.parent,
  )
  const of = (pid: number): number =>
    (threadSeconds(pid) ?? statOf(pid)?.seconds ?? 0) +
    (children.get(pid) ?? []).reduce((sum, child) => sum + of(Number(child)), 0)
  return of(root)
}
