import { z } from 'zod'
import { typeOf } from '../../git/objects.ts'
import { combinedState, latestStatuses } from '../../pulls/checks.ts'
import { CheckRun } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { commitView } from '../../views/commit.ts'
import { apiOf } from '../../views/links.ts'
import { repositoryView } from '../../views/repository.ts'
import { checkRunView, simpleStatusView, statusView } from '../../views/status.ts'
import { notFound, Problem, parseBody } from '../problems.ts'
import { created, number, ok, paged, repositoryRoute } from '../routes.ts'
import { Sha } from './fields.ts'
import { commitAt } from './lookup.ts'

const WebAddress = z.url({ protocol: /^https?$/ }).nullish()
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().min(1).max(255).default('default'),
  description: z.string().max(140).nullish(),
  target_url: WebAddress,
})
const Output = z.object({ title: z.string().nullish(), summary: z.string().nullish() })
const CheckRunChange = z.object({
  name: z.string().min(1).optional(),
  status: CheckRun.shape.status.optional(),
  conclusion: CheckRun.shape.conclusion.optional(),
  details_url: WebAddress,
  external_id: z.string().optional(),
  output: Output.optional(),
})
const NewCheckRun = CheckRunChange.extend({ name: z.string().min(1), head_sha: Sha })

/** A check that has a conclusion is completed, said or not. */
const checkRunFields = (wish: z.infer<typeof CheckRunChange>) => ({
  ...(wish.name !== undefined && { name: wish.name }),
  ...(wish.status !== undefined && { status: wish.status }),
  ...(wish.conclusion != null && { conclusion: wish.conclusion, status: 'completed' as const, completedAt: now() }),
  ...(wish.details_url !== undefined && { detailsUrl: wish.details_url }),
  ...(wish.external_id !== undefined && { externalId: wish.external_id }),
  ...(wish.output && { title: wish.output.title ?? null, summary: wish.output.summary ?? null }),
})

// Webhooks know less about a signature than the REST API.
const withoutDate = ({ commit, ...rest }: ReturnType<typeof commitView>) => {
  const { verified_at: _date, ...verification } = commit.verification
  return { ...rest, commit: { ...commit, verification } }
}

export const statusRoutes = [
  repositoryRoute(
    'POST',
    '/statuses/:sha',
    'write',
    async ({ host, actor, body, params: { sha = '' } }, repository) => {
      const wish = parseBody('Status', NewStatus, body)
      if ((await typeOf(host.directory(repository), sha)) !== 'commit')
        throw new Problem(422, `No commit found for SHA: ${sha}`)
      const status = host.store.statuses.add((id) => ({
        id,
        repositoryId: repository.id,
        sha,
        state: wish.state,
        context: wish.context,
        description: wish.description ?? null,
        targetUrl: wish.target_url ?? null,
        userId: actor.id,
        createdAt: now(),
      }))
      const view = statusView(host, repository, status)
      const commit = withoutDate(commitView(host, repository, await commitAt(host, repository, sha)))
      const { state, context, description, target_url, created_at, updated_at, id } = view
      const name = host.fullName(repository)
      const payload = {
        id,
        sha,
        name,
        context,
        state,
        description,
        target_url,
        created_at,
        updated_at,
        commit,
        branches: [],
      }
      host.emit(repository, { name: 'status', sender: actor, payload })
      return created(view)
    },
  ),
  repositoryRoute('GET', '/commits/:ref*/status', 'read', async ({ host, params: { ref = '' } }, repository) => {
    const { sha } = await commitAt(host, repository, ref)
    const statuses = latestStatuses(host, repository, sha)
    const url = `${apiOf(host, repository)}/commits/${sha}`
    return ok({
      state: combinedState(statuses),
      statuses: statuses.map((status) => simpleStatusView(host, repository, status)),
      sha,
      total_count: statuses.length,
      repository: repositoryView(host, repository),
      commit_url: url,
      url: `${url}/status`,
    })
  }),
  repositoryRoute('GET', '/commits/:ref*/statuses', 'read', async (call, repository) => {
    const { sha } = await commitAt(call.host, repository, call.params.ref ?? '')
    const all = call.host.store.statuses.filter((status) => status.repositoryId === repository.id && status.sha === sha)
    return paged(call, all.reverse(), (status) => statusView(call.host, repository, status))
  }),
  repositoryRoute('POST', '/check-runs', 'write', async ({ host, body }, repository) => {
    const wish = parseBody('CheckRun', NewCheckRun, body)
    if ((await typeOf(host.directory(repository), wish.head_sha)) !== 'commit') {
      throw new Problem(422, `No commit found for SHA: ${wish.head_sha}`)
    }
    const run = host.store.checkRuns.add((id) => ({
      id,
      repositoryId: repository.id,
      sha: wish.head_sha,
      name: wish.name,
      status: 'queued',
      conclusion: null,
      title: null,
      summary: null,
      detailsUrl: null,
      externalId: '',
      startedAt: now(),
      completedAt: null,
      ...checkRunFields(wish),
    }))
    return created(checkRunView(host, repository, run))
  }),
  repositoryRoute('PATCH', '/check-runs/:id', 'write', ({ host, body, params: { id } }, repository) => {
    const run = host.store.checkRuns.get(number(id))
    if (run?.repositoryId !== repository.id) throw notFound()
    const wish = parseBody('CheckRun', CheckRunChange, body)
    return ok(checkRunView(host, repository, host.store.checkRuns.put({ ...run, ...checkRunFields(wish) })))
  }),
  repositoryRoute('GET', '/check-runs/:id', 'read', ({ host, params: { id } }, repository) => {
    const run = host.store.checkRuns.get(number(id))
    if (run?.repositoryId !== repository.id) throw notFound()
    return ok(checkRunView(host, repository, run))
  }),
  repositoryRoute('GET', '/commits/:ref*/check-runs', 'read', async (call, repository) => {
    const { sha } = await commitAt(call.host, repository, call.params.ref ?? '')
    const runs = call.host.store.checkRuns.filter((run) => run.repositoryId === repository.id && run.sha === sha)
    const wrap = (page: unknown[]) => ({ total_count: runs.length, check_runs: page })
    return paged(call, runs, (run) => checkRunView(call.host, repository, run), wrap)
  }),
]
