import type { ServerResponse } from 'node:http'
import { type Html, html } from '#sandbox/process/html.ts'
import { createPages } from '#sandbox/process/page.ts'
import type { Host } from '../host.ts'
import type { Account, Repository } from '../store/records.ts'
import { formProof } from './session.ts'

const style = `
header { display:flex; flex-wrap:wrap; gap:8px 16px; align-items:center; padding:10px 20px; background:var(--card); border-bottom:1px solid var(--line) }
header form { margin-left:auto }
main.wide { max-width:1100px; margin:24px auto; padding:0 16px }
a { color:var(--accent) }
.box { margin-top:16px; background:var(--card); border:1px solid var(--line); border-radius:10px; overflow:hidden }
.box > h2 { margin:0; padding:10px 14px; font-size:13px; font-weight:600; border-bottom:1px solid var(--line) }
.rows { list-style:none; margin:0; padding:0 }
.rows li { display:flex; flex-wrap:wrap; gap:4px 12px; min-height:37px; padding:8px 14px; overflow-wrap:anywhere }
.rows li + li { border-top:1px solid var(--line) }
.inner { padding:12px 14px }
.prose { margin:0; white-space:pre-wrap; overflow-wrap:anywhere; font:inherit }
pre.file { margin:0; padding:8px 0; overflow-x:auto; tab-size:4 }
pre.file span { display:block; padding:0 14px; min-height:1.5em }
.add { background:var(--add) } .del { background:var(--del) } .hunk, .dim { color:var(--dim) }
.state { font-weight:600 } .good { color:var(--good) } .bad { color:var(--bad) } .wait { color:var(--wait) }
summary { padding:10px 14px; cursor:pointer; overflow-wrap:anywhere }
.actions { display:flex; flex-wrap:wrap; gap:8px; margin-top:12px }
.plain { padding:8px 13px; border:1px solid var(--dim); border-radius:8px; background:transparent; color:var(--text) }
nav a { margin-right:12px }
`
export const pages = createPages(style)

export const link = (address: string, text: string): Html => html`<a href="${address}">${text}</a>`
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

export const page = (host: Host, title: string, actor: Account | undefined, body: Html): string =>
  pages.render(
    `${title} · Git host`,
    html`<header><strong>${link('/', 'Git host')}</strong><span class="dim">sandbox</span>${
      actor
        ? html`<form method="post" action="/logout">${proof(host, actor)}<span class="dim">Signed in as ${actor.login} </span><button class="plain">Sign out</button></form>`
        : html`<form><a href="/login">Sign in</a></form>`
    }</header><main class="wide">${body}</main>`,
  )

export const proof = (host: Host, actor: Account): Html =>
  html`<input type="hidden" name="proof" value="${formProof(host, actor)}">`

export const repositoryHead = (host: Host, repository: Repository): Html => {
  const name = host.fullName(repository)
  return html`<nav aria-label="Repository"><strong>${link(`/${name}`, name)}</strong> ${link(`/${name}/commits`, 'Commits')} ${link(`/${name}/pulls`, 'Pull requests')}</nav>`
}

export function redirect(response: ServerResponse, location: string, headers: Record<string, string> = {}): void {
  response.writeHead(303, { location, 'cache-control': 'no-store', ...headers }).end()
}
