/** On what machine and under what load figures were taken: without that they say nothing. */
import { cpus, loadavg, totalmem } from 'node:os'

const gibibyte = 2 ** 30

export function circumstances(): string {
  const [processor] = cpus()
  const load = loadavg()[0] ?? 0
  const busy = load > cpus().length ? ', more than it has cores: others were using it too' : ''
  return (
    `${new Date().toISOString().slice(0, 10)} on ${processor?.model.trim() ?? 'an unknown processor'}, ` +
    `${cpus().length} cores, ${Math.round(totalmem() / gibibyte)} GB; Node ${process.version}; ` +
    `load of the machine at the end ${load.toFixed(2)}${busy}.`
  )
}

/** The value below which so large a part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
