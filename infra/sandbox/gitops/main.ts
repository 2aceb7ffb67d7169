/**
 * `node infra/sandbox/gitops/main.ts --kubeconfig FILE --git-base URL --state DIR [--git-token T] [--poll-seconds 2] [--port 0]`
 * Reconciles Application, ApplicationSet and AppProject as Argo CD does. `POST /api/webhook` (a push) looks at once, `GET /healthz` answers.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { log } from '#sandbox/kube-client/log.ts'
import { readBody } from '#sandbox/process/http-body.ts'
import { announce, closeServer, handleWith, listen } from '#sandbox/process/local-process.ts'
import { startGitOps } from './gitops.ts'

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    'git-base': { type: 'string' },
    'git-token': { type: 'string' },
    state: { type: 'string' },
    'poll-seconds': { type: 'string', default: '2' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
  },
})
if (!values.kubeconfig || !values.state) throw new Error('--kubeconfig and --state are needed')

const prefix = values['git-base']
const token = values['git-token'] ?? process.env.MODELYARD_GIT_TOKEN
const gitOps = await startGitOps({
  client: KubeClient.fromFile(resolve(values.kubeconfig)),
  state: resolve(values.state),
  pollMilliseconds: Number(values['poll-seconds']) * 1000,
  log,
  ...(prefix && token ? { credentials: { prefix, token } } : {}),
})

const { server, url } = await listen(values.host, Number(values.port))
handleWith(server, (request, response) => {
  const answer = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
  if (request.method === 'GET' && request.url === '/healthz') return answer(200, 'ok')
  if (request.method !== 'POST' || request.url !== '/api/webhook') return answer(404, 'not found')
  // The body is not believed: a push only means that the repositories are looked at now.
  readBody(request, 25 * 1024 * 1024).then(
    () => {
      gitOps.pushed().catch((error: unknown) => log(String(error)))
      answer(200, 'Webhook received')
    },
    () => answer(413, 'the body is too large'),
  )
})
announce({ url }, async () => {
  await closeServer(server)
  await gitOps.stop()
})
