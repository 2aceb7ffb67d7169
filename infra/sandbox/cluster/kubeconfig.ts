import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'

export type Access = { url: string; user: string; token: string; certificate?: string }

/** A kubeconfig with one context named after the user. */
export function writeKubeconfig(path: string, { url, user, token, certificate }: Access): void {
  const authority = certificate ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') } : {}
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server: url, ...authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: 'sandbox', user } }],
    'current-context': user,
  }
  writeFileSync(path, stringify(config), { mode: 0o600 })
}
