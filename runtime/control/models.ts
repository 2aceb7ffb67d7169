/** All served names and what is wished of them; the one place that changes what the acceptors route to. */
import type { RouteTable } from '../http/route-table.ts'
import { createChecks } from '../models/checks.ts'
import type { ValidationLimits } from '../models/validate.ts'
import { slotPool } from '../queue/limits.ts'
import type { ModelSpec, ModelStatus } from './contract.ts'
import { type EntryOptions, type LoadedVersion, ModelEntry } from './model-entry.ts'

export interface ModelsOptions extends Omit<EntryOptions, 'slot' | 'onChange' | 'check' | 'closing'> {
  onTable: (table: RouteTable) => void
  /** The model behind POST /predict; empty for the first that takes text. */
  textModel: string
  /** What trying a new file may take. */
  validation: ValidationLimits
}

export interface Models {
  put: (name: string, spec: ModelSpec) => ModelStatus
  remove: (name: string) => void
  status: (name: string) => ModelStatus | undefined
  list: () => ModelStatus[]
  table: () => RouteTable
  entries: () => ModelEntry[]
  byKey: (key: string) => LoadedVersion | undefined
  /** From now on the server is ready once everything that is wished for has settled. */
  startupComplete: () => void
  stop: () => Promise<void>
}

export const createModels = (options: ModelsOptions): Models => {
  const entries = new Map<string, ModelEntry>()
  const slots = slotPool()
  const check = createChecks(options.validation)
  let started = false
  let everReady = false
  let scheduled = false
  let stopping = false

  const table = (): RouteTable => {
    const models = [...entries.values()].map((entry) => entry.route())
    if (!everReady && started) {
      everReady = [...entries.values()].every((entry) => !['Pending', 'Loading'].includes(entry.status().state))
    }
    const textual = models.find((model) => model.versions.some((each) => each.takesText && each.weight > 0))
    return { models, ready: everReady, textModel: options.textModel || (textual?.name ?? '') }
  }

  // Many changes at once make one table.
  const changed = (): void => {
    if (scheduled || stopping) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      if (!stopping) options.onTable(table())
    })
  }

  return {
    put: (name, spec) => {
      const entry = entries.get(name)
      if (!entry) {
        const added = new ModelEntry(name, spec, {
          ...options,
          check,
          slot: slots.take(),
          onChange: changed,
          closing: () => stopping,
        })
        entries.set(name, added)
        changed()
        return added.status()
      }
      if (JSON.stringify(entry.spec) !== JSON.stringify(spec)) entry.change(spec)
      return entry.status()
    },
    remove: (name) => {
      const entry = entries.get(name)
      if (!entry) return
      entries.delete(name)
      entry.remove()
      slots.give(entry.slot)
      changed()
    },
    status: (name) => entries.get(name)?.status(),
    list: () => [...entries.values()].map((entry) => entry.status()),
    table,
    entries: () => [...entries.values()],
    byKey: (key) => [...entries.values()].flatMap((entry) => entry.loaded).find((each) => each.key === key),
    startupComplete: () => {
      started = true
      changed()
    },
    stop: async () => {
      stopping = true
      const all = [...entries.values()].flatMap((entry) => entry.loaded)
      await Promise.all(all.map((each) => each.supervised?.stop()))
      for (const entry of entries.values()) entry.remove()
    },
  }
}
