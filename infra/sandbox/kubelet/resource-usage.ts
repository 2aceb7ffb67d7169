import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
export type Usage = { cpuSeconds: number; memoryBytes: number }
type Row = { pid: number; parent: number; memoryBytes: number; cpuSeconds: number }

/** What a process and all its descendants have used, for several processes at once. */
export const usageOf = async (pids: readonly number[]): Promise<Map<number, Usage>> => {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=,time='], { maxBuffer: 16 * 1024 * 1024 })
  return sumTrees(stdout.split('\n').flatMap(rowFrom), pids)
}

export const sumTrees = (rows: readonly Row[], pids: readonly number[]): Map<number, Usage> => {
  const children = Map.groupBy(rows, (row) => row.parent)
  const own = new Map(rows.map((row) => [row.pid, row]))
  const total = (pid: number): Usage => {
    const parts = (children.get(pid) ?? []).map((child) => total(child.pid))
    const self = own.get(pid) ?? { cpuSeconds: 0, memoryBytes: 0 }
    return [self, ...parts].reduce<Usage>(
      (sum, part) => ({
        cpuSeconds: sum.cpuSeconds + part.cpuSeconds,
        memoryBytes: sum.memoryBytes + part.memoryBytes,
      }),
      { cpuSeconds: 0, memoryBytes: 0 },
    )
  }
  return new Map(pids.map((pid) => [pid, total(pid)]))
}

export const rowFrom = (line: string): Row[] => {
  const [pid, parent, kibibytes, time] = line.trim().split(/\s+/)
  if (!pid || !parent || !kibibytes || !time) return []
  return [
    { pid: Number(pid), parent: Number(parent), memoryBytes: Number(kibibytes) * 1024, cpuSeconds: secondsOf(time) },
  ]
}

/** `[days-]hours:minutes:seconds`, or minutes with hundredths where BSD's ps writes it. */
const secondsOf = (time: string): number => {
  const [days, clock = ''] = time.includes('-') ? time.split('-') : ['0', time]
  return clock.split(':').reduce((total, part) => total * 60 + Number(part), 0) + Number(days) * 86_400
}
