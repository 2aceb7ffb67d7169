/** The PromQL behind every chart. Only names that were parsed reach a query, and they are quoted as strings. */
export type Target = { model: string }

const quoted = (value: string) => JSON.stringify(value)
const of = ({ model }: Target, more = '') => `{model=${quoted(model)}${more}}`

/** Enough scrapes for a rate at every step: four of them, or the step itself where that is longer. */
export const windowFor = (stepSeconds: number, scrapeSeconds: number) => `${Math.max(stepSeconds, scrapeSeconds * 4)}s`

export function deploymentQueries(target: Target, window: string) {
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(http_request_duration_seconds_bucket${of(target)}[${window}])))`
  return {
    requestRate: `sum(rate(http_requests_total${of(target)}[${window}]))`,
    errorRatio: `(sum(rate(http_requests_total${of(target, ',code=~"5.."')}[${window}])) or vector(0)) / sum(rate(http_requests_total${of(target)}[${window}]))`,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    predictions: `sum by (label) (rate(predictions_total${of(target)}[${window}]))`,
  }
}

/** All deployments of a team at once: the runtime's tenant label is the team. */
export function teamQueries(team: string, window: string) {
  const tenant = `tenant=${quoted(team)}`
  return {
    requestRate: `sum by (model) (rate(http_requests_total{${tenant}}[${window}]))`,
    errorRatio: `sum by (model) (rate(http_requests_total{${tenant},code=~"5.."}[${window}])) / sum by (model) (rate(http_requests_total{${tenant}}[${window}]))`,
    p95: `histogram_quantile(0.95, sum by (le, model) (rate(http_request_duration_seconds_bucket{${tenant}}[${window}])))`,
  }
}
