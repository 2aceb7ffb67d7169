/** Brings several series of the same times together for a chart, and says in words what it shows. */
export type Line = {
  name: string
  color: string
  points: readonly (readonly [number, number | null])[]
}

export type ChartRow = { at: number } & Record<string, number | null>

export function chartRows(lines: readonly Line[]): ChartRow[] {
  const rows = new Map<number, ChartRow>()
  for (const line of lines) {
    for (const [at, value] of line.points) {
      const row: ChartRow = rows.get(at) ?? { at }
      row[line.name] = value
      rows.set(at, row)
    }
  }
  return [...rows.values()].toSorted((a, b) => a.at - b.at)
}

const newest = (points: Line['points']) => points.findLast(([, value]) => value !== null)?.[1] ?? null

/** For those who cannot see the lines: what each is now and at its highest. */
export function chartInWords(title: string, lines: readonly Line[], format: (value: number) => string): string {
  const told = lines.map((line) => {
    const now = newest(line.points)
    if (now === null) return `${line.name}: nothing measured`
    const most = Math.max(...line.points.map(([, value]) => value ?? Number.NEGATIVE_INFINITY))
    return `${line.name}: now ${format(now)}, at most ${format(most)}`
  })
  return `${title}. ${told.join('. ')}.`
}

export const hasValues = (lines: readonly Line[]) => lines.some((line) => newest(line.points) !== null)
