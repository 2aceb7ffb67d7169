// The shipped alert rules, judged by Prometheus' own promtool on made-up series.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { provideTool } from '../../tools/native.ts'
import { root } from './installation.ts'

let promtool: string

beforeAll(async () => {
  const prometheus = await provideTool('prometheus', join(root, '.modelyard', 'tools'), () => undefined)
  if ('missing' in prometheus) throw new Error(prometheus.missing)
  promtool = join(dirname(prometheus.program), 'promtool')
}, 120_000)

interface Expectation {
  after: string
  fires: { labels: Record<string, string>; annotations: Record<string, string> }[]
}

/** Requests a second of ml-dev.churn, sampled every 15 s for 20 minutes, and when the rule fires. */
function check(rule: string, series: Record<string, number>, expectations: Expectation[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-rules-'))
  const input = Object.entries(series).map(([code, rate]) => ({
    series: `http_requests_total{job="runtime",tenant="ml",model="ml-dev.churn",version="1",code="${code}"}`,
    values: `0+${rate * 15}x80`,
  }))
  const alerts = expectations.map(({ after, fires }) => ({
    eval_time: after,
    alertname: rule,
    exp_alerts: fires.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
  }))
  const file = join(folder, 'test.yaml')
  try {
    writeFileSync(
      file,
      stringify({
        rule_files: [join(root, 'infra/monitoring/prometheus/rules/serving.yaml')],
        evaluation_interval: '15s',
        tests: [{ interval: '15s', input_series: input, alert_rule_test: alerts }],
      }),
    )
    execFileSync(promtool, ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('HighErrorRate', () => {
  const firing = (share: string) => ({
    labels: { severity: 'critical', tenant: 'ml', model: 'ml-dev.churn' },
    annotations: {
      summary: 'ml-dev.churn answers with errors',
      description: `${share} of its requests fail with 5xx. At most 5 % may.`,
    },
  })

  it('fires once more than 5 % have failed for 5 minutes, and not before', () => {
    check('HighErrorRate', { 200: 90, 500: 6, 503: 4 }, [
      { after: '5m', fires: [] },
      { after: '11m', fires: [firing('10%')] },
    ])
  })

  it('stays quiet at 5 %, without traffic, and when it is the callers who are wrong', () => {
    check('HighErrorRate', { 200: 95, 500: 5 }, [{ after: '15m', fires: [] }])
    check('HighErrorRate', { 200: 0, 500: 0 }, [{ after: '15m', fires: [] }])
    check('HighErrorRate', { 200: 10, 400: 90 }, [{ after: '15m', fires: [] }])
  })
})
