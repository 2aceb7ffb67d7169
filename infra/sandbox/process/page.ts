import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Html, html } from './html.ts'

const common = `
:root { color-scheme: light dark; --ground:#f6f7f9; --card:#fff; --line:#e3e6ea; --text:#1b2027; --dim:#5b6572; --accent:#0f766e; --on-accent:#fff; --bad:#b42318; --good:#0b6b3a; --wait:#8a5a00; --add:#e6f4ec; --del:#fdeceb }
@media (prefers-color-scheme: dark) { :root { --ground:#0f1216; --card:#161a20; --line:#2a3038; --text:#e6e9ed; --dim:#9aa4b0; --accent:#2fa99c; --on-accent:#08110f; --bad:#ff8f85; --good:#5cc98c; --wait:#e0ad4b; --add:#12291d; --del:#33191a } }
* { box-sizing: border-box }
body { margin:0; background:var(--ground); color:var(--text); font:14px/1.5 'Inter Variable',Inter,system-ui,sans-serif }
h1 { margin:0; font-size:22px; font-weight:620; letter-spacing:-.01em; overflow-wrap:anywhere }
p { margin:4px 0 0; color:var(--dim) }
p.problem { margin-top:16px; padding:10px 12px; border:1px solid var(--bad); border-radius:8px; color:var(--bad) }
code, pre { font-family:ui-monospace,monospace; font-size:12px }
label { display:block; margin-top:12px; font-weight:550 }
input, textarea { display:block; width:100%; margin-top:4px; padding:8px 10px; font:inherit; color:inherit; background:var(--ground); border:1px solid var(--dim); border-radius:8px }
button { font:inherit; cursor:pointer }
.primary { padding:9px 14px; border:0; border-radius:8px; background:var(--accent); color:var(--on-accent); font-weight:600 }
ul.people { list-style:none; margin:0; padding:0; border:1px solid var(--line); border-radius:8px; overflow:hidden }
.people li + li { border-top:1px solid var(--line) }
.people button { display:flex; justify-content:space-between; gap:12px; width:100%; min-height:37px; padding:7px 12px; border:0; background:transparent; color:var(--text); text-align:left }
.people button:hover { background:var(--ground) }
.people code { color:var(--dim) }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px }
.people button:focus-visible { outline-offset:-2px }
.unseen { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap }
main.card { width:calc(100% - 32px); max-width:420px; margin:max(24px,8vh) auto; padding:28px; background:var(--card); border:1px solid var(--line); border-radius:10px }
.card h2 { margin:24px 0 8px; font-size:13px; font-weight:600; color:var(--dim) }
.card .primary { width:100%; margin-top:18px }
`

/** Pages without script or foreign content, in the product's colours; `style` adds what one server needs beside them. */
export function createPages(style = '') {
  const all = common + style
  const hash = createHash('sha256').update(all).digest('base64')
  // Browsers apply form-action to redirects too, so the origins a form may end at are named.
  const contentSecurityPolicy = (formTargets: readonly string[] = []) =>
    `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; form-action ${["'self'", ...formTargets].join(' ')}; base-uri 'none'; frame-ancestors 'none'`
  const render = (title: string, body: Html): string =>
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(all)}</style></head><body>${body}</body></html>`.markup
  return {
    contentSecurityPolicy,
    render,
    send(response: ServerResponse, status: number, markup: string, formTargets: readonly string[] = []): void {
      response.writeHead(status, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentSecurityPolicy(formTargets),
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      })
      response.end(markup)
    },
  }
}

type Person = { name: string; username: string; password: string }
type Login = {
  action: string
  people: readonly Person[]
  username: string
  problem?: string
  about: string
  hidden?: Html
}

/** A sign-in form with one button for each person of the demo. */
export const loginForm = ({ action, people, username, problem, about, hidden }: Login): Html =>
  html`<main class="card"><h1>Sign in</h1><p>${about}</p>
${problem && html`<p class="problem" role="alert">${problem}</p>`}
${
  people.length > 0 &&
  html`<h2 id="people">One click, by role</h2>
<ul class="people" aria-labelledby="people">${people.map(
    (person) =>
      html`<li><form method="post" action="${action}">${hidden}<input type="hidden" name="username" value="${person.username}"><input type="hidden" name="password" value="${person.password}"><button type="submit"><span><span class="unseen">Sign in as </span>${person.name}</span><code aria-hidden="true">${person.username}</code></button></form></li>`,
  )}</ul>
<h2>Or with name and password</h2>`
}
<form method="post" action="${action}">${hidden}
<label>User name<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="200" value="${username}"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>
<button type="submit" class="primary">Sign in</button></form></main>`

export const messageCard = (title: string, text: string, extra?: Html): Html =>
  html`<main class="card"><h1>${title}</h1><p>${text}</p>${extra}</main>`
