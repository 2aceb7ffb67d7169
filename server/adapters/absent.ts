/** Stands where an integration is not configured: every verb says so, and the portal works without it. */
import { IntegrationError } from '../errors.ts'

export function absent<Port extends object>(name: string, title: string, setting: string, known: object = {}): Port {
  const refuse = () =>
    Promise.reject(
      new IntegrationError(name, {
        detail: `${title} is not configured.`,
        remedy: `A platform admin sets ${setting} and restarts the portal.`,
      }),
    )
  const get = (own: object, property: string | symbol) =>
    property === 'then' || property in own ? Reflect.get(own, property) : refuse
  return new Proxy(known, { get }) as Port
}
