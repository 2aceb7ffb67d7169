import { ApplicationName, type ApplicationView } from '../../contracts/delivery.ts'
import type { ObservedApplication, Seen } from '../observed/observed.ts'

export function applicationView(
  { name, data, observedAt }: Seen<ObservedApplication>,
  problem: string | null,
): ApplicationView {
  const { sync, health, healthMessage, path, revision, automated, deleting, operation, history, messages } = data
  return {
    name: ApplicationName.parse(name),
    sync,
    health,
    healthMessage,
    path,
    revision,
    automated,
    deleting,
    operation,
    history,
    messages,
    leftOver: data.resources.filter((each) => each.toBeRemoved).map((each) => `${each.kind} ${each.name}`),
    askedToLook: data.askedToLook,
    freshness: { observedAt: observedAt.toISOString(), problem },
  }
}
