/** The agent's own counters, in Prometheus' text form. */
type Kind = 'counter' | 'gauge'

type Family = { kind: Kind; help: string; values: Map<string, number> }

const families = {
  modelyard_agent_objects: ['gauge', 'InferenceModel objects in the cluster.'],
  modelyard_agent_reconciles_total: ['counter', 'Objects worked on, by outcome.'],
  modelyard_agent_reconcile_seconds_total: ['counter', 'Time spent working on objects.'],
  modelyard_agent_fetched_bytes_total: ['counter', 'Bytes of models fetched from the store.'],
  modelyard_agent_fetch_seconds_total: ['counter', 'Time spent fetching models.'],
  modelyard_agent_watch_restarts_total: ['counter', 'Watches that had to start again, by reason.'],
  modelyard_agent_queue_depth: ['gauge', 'Objects waiting or being worked on.'],
  modelyard_agent_runtime_reachable: ['gauge', 'Whether the runtime answers its control socket.'],
} as const satisfies Record<string, readonly [Kind, string]>

export type MetricName = keyof typeof families

export class AgentMetrics {
  readonly #families = new Map<string, Family>(
    Object.entries(families).map(([name, [kind, help]]) => [name, { kind, help, values: new Map() }]),
  )

  add(name: MetricName, amount: number, label?: readonly [string, string]): void {
    const values = this.#families.get(name)?.values
    const key = labels(label)
    values?.set(key, (values.get(key) ?? 0) + amount)
  }

  set(name: MetricName, value: number, label?: readonly [string, string]): void {
    this.#families.get(name)?.values.set(labels(label), value)
  }

  render(): string {
    const lines = [...this.#families].flatMap(([name, { kind, help, values }]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${kind}`,
      ...[...values].map(([key, value]) => `${name}${key} ${value}`),
    ])
    return `${lines.join('\n')}\n`
  }
}

// Label values are words of our own, so nothing has to be escaped.
const labels = (label: readonly [string, string] | undefined): string => (label ? `{${label[0]}="${label[1]}"}` : '')
