import { z } from 'zod'
import { branchRef } from '../../git/names.ts'
import { listRefs } from '../../git/repository.ts'
import type { Host } from '../../host.ts'
import { type Protection, protectionOf, type Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { commitView } from '../../views/commit.ts'
import { apiOf } from '../../views/links.ts'
import { Problem, parseBody } from '../problems.ts'
import { noContent, ok, paged, repositoryRoute } from '../routes.ts'
import { commitAt } from './lookup.ts'

const Contexts = z.array(z.string().min(1).max(255)).max(100)
const NewProtection = z.object({
  required_status_checks: z
    .object({
      strict: z.boolean().default(false),
      contexts: Contexts.optional(),
      checks: z.array(z.object({ context: z.string() })).optional(),
    })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .object({
      required_approving_review_count: z.int().min(0).max(6).default(1),
      dismiss_stale_reviews: z.boolean().default(false),
    })
    .nullable(),
  restrictions: z.unknown().optional(),
})

function protectionView(host: Host, repository: Repository, branch: string, protection: Protection) {
  const url = `${apiOf(host, repository)}/branches/${branch}/protection`
  const { requiredStatuses, requiredReviews, enforceAdmins } = protection
  return {
    url,
    ...(requiredStatuses && {
      required_status_checks: {
        url: `${url}/required_status_checks`,
        strict: requiredStatuses.strict,
        contexts: requiredStatuses.contexts,
        contexts_url: `${url}/required_status_checks/contexts`,
        checks: requiredStatuses.contexts.map((context) => ({ context, app_id: null })),
      },
    }),
    ...(requiredReviews && {
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`,
        dismiss_stale_reviews: requiredReviews.dismissStale,
        require_code_owner_reviews: false,
        require_last_push_approval: false,
        required_approving_review_count: requiredReviews.count,
      },
    }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: enforceAdmins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    required_conversation_resolution: { enabled: false },
  }
}

const shortProtection = (protection: Protection | undefined) => ({
  enabled: protection !== undefined,
  required_status_checks: {
    enforcement_level: protection?.requiredStatuses ? 'non_admins' : 'off',
    contexts: protection?.requiredStatuses?.contexts ?? [],
    checks: [],
  },
})

export const branchRoutes = [
  repositoryRoute('GET', '/branches', 'read', async (call, repository) => {
    const { host } = call
    const refs = [...(await listRefs(host.directory(repository), 'refs/heads/'))]
    return paged(call, refs, ([ref, sha]) => {
      const name = ref.slice('refs/heads/'.length)
      const url = `${apiOf(host, repository)}/commits/${sha}`
      return { name, commit: { sha, url }, protected: protectionOf(repository, name) !== undefined }
    })
  }),
  repositoryRoute('GET', '/branches/:branch*/protection', 'read', ({ host, params: { branch = '' } }, repository) => {
    const protection = protectionOf(repository, branch)
    if (!protection) throw new Problem(404, 'Branch not protected')
    return ok(protectionView(host, repository, branch, protection))
  }),
  repositoryRoute('PUT', '/branches/:branch*/protection', 'admin', async ({ host, params, body }, repository) => {
    const { branch = '' } = params
    const wish = parseBody('Branch', NewProtection, body)
    if (!(await listRefs(host.directory(repository))).has(branchRef(branch))) throw new Problem(404, 'Branch not found')
    const { required_status_checks: statuses, required_pull_request_reviews: reviews } = wish
    const protection = {
      requiredStatuses: statuses && {
        strict: statuses.strict,
        contexts: statuses.contexts ?? statuses.checks?.map((check) => check.context) ?? [],
      },
      requiredReviews: reviews && {
        count: reviews.required_approving_review_count,
        dismissStale: reviews.dismiss_stale_reviews,
      },
      enforceAdmins: wish.enforce_admins ?? false,
    }
    const protections = { ...repository.protections, [branch]: protection }
    host.store.repositories.put({ ...repository, protections, updatedAt: now() })
    return ok(protectionView(host, repository, branch, protection))
  }),
  repositoryRoute(
    'DELETE',
    '/branches/:branch*/protection',
    'admin',
    ({ host, params: { branch = '' } }, repository) => {
      if (!protectionOf(repository, branch)) throw new Problem(404, 'Branch not protected')
      const { [branch]: _removed, ...protections } = repository.protections
      host.store.repositories.put({ ...repository, protections, updatedAt: now() })
      return noContent()
    },
  ),
  repositoryRoute('GET', '/branches/:branch*', 'read', async ({ host, params: { branch = '' } }, repository) => {
    const sha = (await listRefs(host.directory(repository))).get(branchRef(branch))
    if (!sha) throw new Problem(404, 'Branch not found')
    const url = `${apiOf(host, repository)}/branches/${branch}`
    return ok({
      name: branch,
      commit: commitView(host, repository, await commitAt(host, repository, sha)),
      _links: { self: url, html: `${host.url}/${host.fullName(repository)}/tree/${branch}` },
      protected: protectionOf(repository, branch) !== undefined,
      protection: shortProtection(protectionOf(repository, branch)),
      protection_url: `${url}/protection`,
    })
  }),
]
