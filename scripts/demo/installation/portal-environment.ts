import type { Outputs } from '../../supervisor/part.ts'
import type { Installation } from './installation.ts'

/** The settings of web, worker and seed. */
export function portalEnvironment(installation: Installation, outputs: Outputs): Record<string, string> {
  const { urls, secrets, ports } = installation
  return {
    NODE_ENV: installation.mode,
    MODELYARD_MODE: 'demo',
    PORTAL_URL: urls.portal,
    PORT: String(ports.portal),
    DATABASE_URL: installation.databaseUrl,
    SESSION_SECRET: secrets.sessionSecret,
    OIDC_ISSUER: urls.identity,
    OIDC_CLIENT_ID: 'modelyard',
    OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
    GIT_API_URL: `${urls.git}/api/v3`,
    GIT_WEB_URL: urls.git,
    GIT_REPOSITORY: 'platform/gitops',
    GIT_TOKEN: secrets.gitToken,
    GIT_WEBHOOK_SECRET: secrets.gitWebhookSecret,
    GIT_OAUTH_CLIENT_ID: 'modelyard',
    GIT_OAUTH_CLIENT_SECRET: secrets.gitOauthClientSecret,
    KUBECONFIG: installation.kubeconfig,
    CLUSTER_CONTEXTS: ['dev', 'staging', 'prod'].map((name) => `${name}=${installation.context}`).join(','),
    ARGOCD_NAMESPACE: 'argocd',
    OBJECT_STORE_URL: installation.objectStoreUrl,
    RUNTIME_URL: urls.runtime,
    PROMETHEUS_SCRAPE_SECONDS: '2',
    RECONCILE_SECONDS: '2',
    // The portal says what is missing when there is no Prometheus or Alertmanager on this machine.
    ...(outputs.prometheus ? { PROMETHEUS_URL: urls.prometheus } : {}),
    ...(outputs.alertmanager ? { ALERTMANAGER_URL: urls.alertmanager } : {}),
  }
}
