import type { Host } from '../host.ts'
import type { CheckRun, Repository, Status } from '../store/records.ts'
import { accountView, nodeId } from './account.ts'
import { apiOf } from './links.ts'

export const simpleStatusView = (host: Host, repository: Repository, status: Status) => ({
  url: `${apiOf(host, repository)}/statuses/${status.sha}`,
  avatar_url: `${host.url}/avatars/${status.userId}`,
  id: status.id,
  node_id: nodeId('StatusContext', status.id),
  state: status.state,
  description: status.description,
  target_url: status.targetUrl,
  context: status.context,
  created_at: status.createdAt,
  updated_at: status.createdAt,
})

export const statusView = (host: Host, repository: Repository, status: Status) => ({
  ...simpleStatusView(host, repository, status),
  creator: accountView(host, host.account(status.userId)),
})

export const checkRunView = (host: Host, repository: Repository, run: CheckRun) => ({
  id: run.id,
  node_id: nodeId('CheckRun', run.id),
  head_sha: run.sha,
  name: run.name,
  url: `${apiOf(host, repository)}/check-runs/${run.id}`,
  html_url: `${host.url}/${host.fullName(repository)}/commit/${run.sha}`,
  details_url: run.detailsUrl,
  external_id: run.externalId,
  status: run.status,
  conclusion: run.conclusion,
  started_at: run.startedAt,
  completed_at: run.completedAt,
  check_suite: null,
  output: {
    title: run.title,
    summary: run.summary,
    text: null,
    annotations_count: 0,
    annotations_url: `${apiOf(host, repository)}/check-runs/${run.id}/annotations`,
  },
  app: null,
  pull_requests: [],
})
