import { type Html, html } from '#sandbox/process/html.ts'
import { may } from '../api/routes.ts'
import { branchRef } from '../git/names.ts'
import type { Host } from '../host.ts'
import { checksOf, protectionRefusal } from '../pulls/checks.ts'
import { mergedTree, pullCommits, pullFiles } from '../pulls/details.ts'
import type { Account, Pull, Repository } from '../store/records.ts'
import { filesDiff } from './diff.ts'
import { link, proof, repositoryHead } from './layout.ts'

const stateOf = (pull: Pull) => {
  if (pull.mergedAt !== null) return { word: 'Merged', tone: 'good' }
  return pull.state === 'open' ? { word: 'Open', tone: 'good' } : { word: 'Closed', tone: 'bad' }
}
const tones: Record<string, string> = { success: 'good', pending: 'wait', failure: 'bad' }
const verbs = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'requested changes to',
  COMMENTED: 'reviewed',
  DISMISSED: 'had approved (dismissed)',
}

export function pullsPage(host: Host, repository: Repository): Html {
  const pulls = host.store.pulls.filter((pull) => pull.repositoryId === repository.id).reverse()
  return html`${repositoryHead(host, repository)}<h1>Pull requests</h1><div class="box"><ul class="rows">${pulls
    .slice(0, 200)
    .map((pull) => {
      const { word, tone } = stateOf(pull)
      return html`<li><span class="state ${tone}">${word}</span>${link(`/${host.fullName(repository)}/pull/${pull.number}`, `#${pull.number} ${pull.title}`)}<span class="dim">${host.account(pull.userId).login}, ${pull.createdAt}</span></li>`
    })}${pulls.length === 0 && html`<li>No pull requests yet.</li>`}</ul></div>`
}

type Shown = { actor: Account | undefined; problem?: string }

/** Everything somebody needs who decides "on GitHub": why, checks, what was said, the change, and the buttons. */
export async function pullPage(
  host: Host,
  repository: Repository,
  pull: Pull,
  { actor, problem }: Shown,
): Promise<Html> {
  const { word, tone } = stateOf(pull)
  const author = host.account(pull.userId).login
  const commits = await pullCommits(host, repository, pull)
  return html`${repositoryHead(host, repository)}<h1>${pull.title} <span class="dim">#${pull.number}</span></h1>
<p><span class="state ${tone}">${word}</span> ${author} wants to merge ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} into <code>${pull.base}</code> from <code>${pull.head}</code> at <code>${pull.headSha.slice(0, 7)}</code></p>
${problem && html`<p class="problem" role="alert">${problem}</p>`}
<section class="box"><h2>Description</h2><pre class="prose inner">${pull.body || 'No description.'}</pre></section>
${checks(host, repository, pull)}${conversation(host, repository, pull)}
${await decision(host, repository, pull, actor)}
${filesDiff(await pullFiles(host, repository, pull))}`
}

const checks = (host: Host, repository: Repository, pull: Pull): Html =>
  html`<section class="box"><h2>Checks</h2><ul class="rows">${checksOf(host, repository, pull.headSha).map(
    (check) =>
      html`<li><code>${check.context}</code><span class="state ${tones[check.state]}">${check.state}</span></li>`,
  )}</ul></section>`

function conversation(host: Host, repository: Repository, pull: Pull): Html {
  const ours = (record: { repositoryId: number; number: number }) =>
    record.repositoryId === repository.id && record.number === pull.number
  const reviews = host.store.reviews.filter(ours).map(({ userId, state, sha, body, submittedAt }) => ({
    at: submittedAt,
    body,
    head: `${host.account(userId).login} ${verbs[state]} ${sha.slice(0, 7)}`,
  }))
  const comments = host.store.comments.filter(ours).map(({ userId, body, createdAt }) => ({
    at: createdAt,
    body,
    head: `${host.account(userId).login} commented`,
  }))
  const all = [...reviews, ...comments].sort((left, right) => (left.at < right.at ? -1 : 1))
  return html`<section class="box"><h2>Conversation</h2><ul class="rows">${all.map(
    (entry) =>
      html`<li><span>${entry.head}</span><time class="dim">${entry.at}</time><pre class="prose">${entry.body}</pre></li>`,
  )}${all.length === 0 && html`<li class="dim">Nothing said yet.</li>`}</ul></section>`
}

async function decision(host: Host, repository: Repository, pull: Pull, actor: Account | undefined): Promise<Html> {
  const address = `/${host.fullName(repository)}/pull/${pull.number}`
  if (!actor) {
    return html`<p>${link(`/login?return_to=${encodeURIComponent(address)}`, 'Sign in')} to review, comment or merge.</p>`
  }
  const hidden = html`${proof(host, actor)}<input type="hidden" name="sha" value="${pull.headSha}">`
  const open = pull.state === 'open'
  const base = host.knownRefs.get(repository.id)?.get(branchRef(pull.base))
  const mergeable = base !== undefined && open && (await mergedTree(host, repository, pull, base)) !== undefined
  const refusal = mergeable ? protectionRefusal(host, repository, pull) : 'This branch has conflicts with its base.'
  const button = (action: string, text: string, kind = 'plain') =>
    html`<button class="${kind}" name="action" value="${action}">${text}</button>`
  return html`<section class="box"><h2>Your turn</h2><form class="inner" method="post" action="${address}">${hidden}
<label>Comment<textarea name="body" rows="3" maxlength="65536"></textarea></label>
<div class="actions">${open && pull.userId !== actor.id && button('approve', `Approve ${pull.headSha.slice(0, 7)}`, 'primary')}
${open && pull.userId !== actor.id && button('request-changes', 'Request changes')}${button('comment', 'Comment')}
${open && may(actor, 'write') && button('close', 'Close pull request')}</div></form>
${
  open &&
  may(actor, 'write') &&
  html`<form class="inner" method="post" action="${address}">${hidden}${refusal && html`<p>${refusal}</p>`}<div class="actions">${button('merge', 'Merge pull request', refusal ? 'plain' : 'primary')}</div></form>`
}</section>`
}
