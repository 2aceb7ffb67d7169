import { join } from 'node:path'
import type { Part } from '../../supervisor/part.ts'
import { provideTool } from '../../tools/native.ts'
import { alertmanagerConfiguration, writePrometheusConfiguration } from '../installation/monitoring.ts'
import { isOk, type PartsOptions } from './program.ts'

export function monitoring({ installation, release, downloads, tell }: PartsOptions): Part[] {
  const { state, ports, urls } = installation
  return [
    {
      name: 'alertmanager',
      title: 'Alertmanager',
      after: [],
      kind: 'service',
      optional: true,
      async make() {
        const tool = await provideTool('alertmanager', downloads, tell)
        if ('missing' in tool) return { skip: tool.missing }
        await release('alertmanager')
        return {
          program: tool.program,
          args: [
            `--config.file=${alertmanagerConfiguration}`,
            `--storage.path=${join(state, 'alertmanager')}`,
            `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
            '--cluster.listen-address=',
          ],
          answers: () => isOk(`${urls.alertmanager}/-/ready`),
        }
      },
    },
    {
      name: 'prometheus',
      title: 'Prometheus',
      after: [],
      kind: 'service',
      optional: true,
      async make() {
        const tool = await provideTool('prometheus', downloads, tell)
        if ('missing' in tool) return { skip: tool.missing }
        await release('prometheus')
        return {
          program: tool.program,
          args: [
            `--config.file=${writePrometheusConfiguration(installation)}`,
            `--storage.tsdb.path=${join(state, 'prometheus', 'data')}`,
            '--storage.tsdb.retention.time=7d',
            `--web.listen-address=127.0.0.1:${ports.prometheus}`,
          ],
          answers: () => isOk(`${urls.prometheus}/-/ready`),
        }
      },
    },
  ]
}
