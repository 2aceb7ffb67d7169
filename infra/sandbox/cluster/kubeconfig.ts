import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'

export type Access = { url: string; user: string; token: string; certificate?: string }

/** A kubeconfig with one context named after the user. */
export function writeKubeconfig(path: string, { url, user, token, certificate }: Access): void {
  // Over plain HTTP there is nothing to verify, and client-node refuses to connect unless it is told so.
  const trust = certificate
    ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') }
    : { 'insecure-skip-tls-verify': true }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server: url, ...trust } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: 'sandbox', user } }],
    'current-context': user,
  }
  writeFileSync(path, stringify(config), { mode: 0o600 })
}
