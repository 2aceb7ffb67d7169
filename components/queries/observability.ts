import {
  getDeploymentMetrics,
  getTeamMetrics,
  listAlerts,
  listSilences,
  type ranges,
} from '#server/contracts/serving/observability.ts'
import type { Place } from './deployments.ts'
import { queryFor } from './query.ts'

export type Range = (typeof ranges)[number]

export const teamMetricsQuery = (team: string) => queryFor(getTeamMetrics, { team })
export const deploymentMetricsQuery = (place: Place, range: Range) =>
  queryFor(getDeploymentMetrics, { ...place, range })
export const alertsQuery = (team: string) => queryFor(listAlerts, { team })
export const silencesQuery = (team: string) => queryFor(listSilences, { team })
