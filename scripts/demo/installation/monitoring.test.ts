import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeInstallation, root } from './installation.ts'
import { hurried, writePrometheusConfiguration } from './monitoring.ts'

const shippedRules = () => readFileSync(join(root, 'infra/monitoring/prometheus/rules/serving.yaml'), 'utf8')

describe('the shipped rules', () => {
  it('fire when more than 5 % of the requests fail for 5 minutes', () => {
    const [rule] = parse(shippedRules()).groups[0].rules
    expect(rule).toMatchObject({ alert: 'HighErrorRate', for: '5m' })
    expect(rule.expr).toMatch(/\[5m\][\s\S]*> 0\.05/)
  })

  it('keep their thresholds in the demo, over seconds instead of minutes', () => {
    const [rule] = parse(hurried(shippedRules())).groups[0].rules
    expect(rule.for).toBe('15s')
    expect(rule.expr).toContain('[15s]')
    expect(rule.expr).not.toContain('5m')
    expect(rule.expr).toContain('> 0.05')
  })
})

describe('the demo’s Prometheus', () => {
  it('scrapes the runtime and tells Alertmanager of this installation', () => {
    const state = mkdtempSync(join(tmpdir(), 'modelyard-monitoring-'))
    try {
      const ports = {
        portal: 1,
        identity: 2,
        git: 3,
        cluster: 4,
        runtime: 5,
        prometheus: 6,
        alertmanager: 7,
        postgres: 8,
      }
      const secrets = {
        postgresPassword: '',
        sessionSecret: '',
        oidcClientSecret: '',
        gitToken: '',
        gitWebhookSecret: '',
        gitOauthClientSecret: '',
      }
      const file = writePrometheusConfiguration(
        describeInstallation(state, 'production', ports, secrets, { kind: 'sandbox' }),
      )
      const configuration = parse(readFileSync(file, 'utf8'))
      const runtime = configuration.scrape_configs.find((job: { job_name: string }) => job.job_name === 'runtime')
      expect(runtime.static_configs[0].targets).toEqual(['127.0.0.1:5'])
      expect(configuration.alerting.alertmanagers[0].static_configs[0].targets).toEqual(['127.0.0.1:7'])
      expect(configuration.global.scrape_interval).toBe('2s')
      expect(JSON.stringify(configuration)).not.toMatch(/:(8080|9093)/)
    } finally {
      rmSync(state, { recursive: true, force: true })
    }
  })
})
