import { z } from 'zod'
import { demoUsers } from '../../../infra/sandbox/identity/people/users.ts'
import type { Outputs } from '../../supervisor/part.ts'
import type { Installation } from './installation.ts'

export const Ready = z.object({
  portal: z.string(),
  identity: z.string(),
  git: z.string(),
  kubeconfig: z.string(),
  runtime: z.string(),
  prometheus: z.string().nullable(),
  alertmanager: z.string().nullable(),
  users: z.array(z.object({ name: z.string(), password: z.string(), role: z.string() })),
})
export type Ready = z.infer<typeof Ready>

/** What ready.json holds: where everything is, and who can sign in. */
export function readyOf({ urls, kubeconfig }: Installation, outputs: Outputs): Ready {
  return {
    ...urls,
    kubeconfig,
    prometheus: outputs.prometheus ? urls.prometheus : null,
    alertmanager: outputs.alertmanager ? urls.alertmanager : null,
    users: demoUsers.map(({ username, password, name }) => ({ name: username, password, role: name })),
  }
}

export function summary(ready: Ready, leftOut: string[]): string[] {
  const width = Math.max(...ready.users.map((user) => user.name.length))
  return [
    '',
    `  Portal      ${ready.portal}`,
    `  Git host    ${ready.git}`,
    `  Runtime     ${ready.runtime}`,
    ...(ready.prometheus ? [`  Prometheus  ${ready.prometheus}`] : []),
    `  kubectl     export KUBECONFIG=${ready.kubeconfig}`,
    ...(leftOut.length > 0 ? [`  Left out    ${leftOut.join(', ')}`] : []),
    '',
    '  Who can sign in:',
    ...ready.users.map((user) => `    ${user.name.padEnd(width)}  ${user.password}  ${user.role}`),
    '',
  ]
}
