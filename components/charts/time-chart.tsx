'use client'

import '@mantine/charts/styles.layer.css'
import { LineChart } from '@mantine/charts'
import classes from './charts.module.css'
import { evenTicks } from './even-ticks.ts'
import { chartInWords, chartRows, hasValues, type Line } from './series.ts'

type Props = {
  title: string
  lines: readonly Line[]
  format: (value: number) => string
  /** The whole time that was asked for, in seconds since 1970: shown even where nothing was measured. */
  from: number
  to: number
  /** The axis reaches at least this far, so that a flat line does not fill the card with noise. */
  atLeast?: number
  /** The names of the lines; one line needs none unless its name says something. */
  legend?: boolean
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** Lines over time. Comes with recharts, so pages load it lazily. */
export function TimeChart({ title, lines, format, from, to, atLeast = 0, legend = lines.length > 1 }: Props) {
  if (!hasValues(lines)) return <div className={classes.nothing}>Nothing was measured in this time.</div>
  const ticks = evenTicks(Math.max(atLeast, ...lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0))))
  const words = to - from > 86_400 ? day : clock
  return (
    <div role="img" aria-label={chartInWords(title, lines, format)}>
      <LineChart
        h={180}
        data={chartRows(lines)}
        dataKey="at"
        series={lines.map((line) => ({ name: line.name, color: line.color }))}
        curveType="linear"
        withDots={false}
        strokeWidth={1.6}
        connectNulls={false}
        gridAxis="x"
        tickLine="none"
        withLegend={legend}
        legendProps={{ verticalAlign: 'bottom', height: 28 }}
        valueFormatter={format}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: [from, to],
          tickFormatter: (at: number) => words.format(new Date(at * 1000)),
          minTickGap: 40,
        }}
        yAxisProps={{ width: 56, domain: [0, ticks.at(-1) ?? 0], ticks, interval: 0 }}
        tooltipProps={{
          labelFormatter: (at) => (Number.isFinite(Number(at)) ? day.format(new Date(Number(at) * 1000)) : ''),
        }}
        lineProps={{ isAnimationActive: false }}
      />
    </div>
  )
}
