/** Stands where an integration is not configured: every verb says so, and the portal works without it. */
import { IntegrationError } from '../errors.ts'

export function absent<Port extends object>(name: string, title: string, setting: string): Port {
  const refuse = () =>
    Promise.reject(
      new IntegrationError(name, {
        detail: `${title} is not configured.`,
        remedy: `A platform admin sets ${setting} and restarts the portal.`,
      }),
    )
  return new Proxy({}, { get: (_, property) => (property === 'then' ? undefined : refuse) }) as Port
}
