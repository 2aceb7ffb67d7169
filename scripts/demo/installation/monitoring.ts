import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { writeWhole } from '../../supervisor/records.ts'
import { type Installation, root } from './installation.ts'

const shipped = join(root, 'infra', 'monitoring')

// A person trying the demo wants to see an alert in seconds; the shipped rules look at minutes.
const windows: Record<string, string> = { '1m': '10s', '5m': '15s', '10m': '20s' }
const interval = '2s'

const Rules = z.looseObject({
  groups: z.array(z.looseObject({ rules: z.array(z.looseObject({ expr: z.string(), for: z.string().optional() })) })),
})

/** The shipped configuration with this installation's addresses. Returns the file for Prometheus. */
export function writePrometheusConfiguration({ state, ports }: Installation): string {
  const folder = join(state, 'prometheus')
  mkdirSync(join(folder, 'rules'), { recursive: true })
  const addresses: Record<string, string> = {
    'alertmanager:9093': `127.0.0.1:${ports.alertmanager}`,
    'runtime:8080': `127.0.0.1:${ports.runtime}`,
  }
  const text = readFileSync(join(shipped, 'prometheus', 'prometheus.yaml'), 'utf8').replaceAll(
    /[a-z]+:\d+(?=\])/g,
    (address) => addresses[address] ?? address,
  )
  const configuration = z.looseObject({ global: z.record(z.string(), z.string()) }).parse(parse(text))
  configuration.global = { ...configuration.global, scrape_interval: interval, evaluation_interval: interval }
  writeWhole(join(folder, 'prometheus.yaml'), stringify(configuration))
  for (const file of readdirSync(join(shipped, 'prometheus', 'rules'))) {
    const rules = readFileSync(join(shipped, 'prometheus', 'rules', file), 'utf8')
    writeWhole(join(folder, 'rules', file), hurried(rules))
  }
  return join(folder, 'prometheus.yaml')
}

export const alertmanagerConfiguration = join(shipped, 'alertmanager', 'alertmanager.yaml')

/** The same rules over shorter windows. The thresholds stay. */
export function hurried(rules: string): string {
  const parsed = Rules.parse(parse(rules))
  for (const rule of parsed.groups.flatMap((group) => group.rules)) {
    rule.expr = rule.expr.replaceAll(/\[(\w+)\]/g, (whole, window) => `[${windows[window] ?? whole.slice(1, -1)}]`)
    if (rule.for) rule.for = windows[rule.for] ?? rule.for
  }
  return stringify(parsed)
}
