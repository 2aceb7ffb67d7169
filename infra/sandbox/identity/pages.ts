import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Html, html } from '#sandbox/process/html.ts'
import type { IdentityUser } from './users.ts'

const style = `
:root { color-scheme: light dark; --ground:#f6f7f9; --card:#fff; --line:#e3e6ea; --text:#1b2027; --dim:#5b6572; --accent:#0f766e; --on-accent:#fff; --bad:#b42318; }
@media (prefers-color-scheme: dark) { :root { --ground:#0f1216; --card:#161a20; --line:#2a3038; --text:#e6e9ed; --dim:#9aa4b0; --accent:#2fa99c; --on-accent:#08110f; --bad:#ff8f85; } }
* { box-sizing: border-box }
body { margin:0; min-height:100vh; display:grid; place-items:center; padding:24px 16px; background:var(--ground); color:var(--text); font:14px/1.5 'Inter Variable',Inter,system-ui,sans-serif }
main { width:100%; max-width:420px; background:var(--card); border:1px solid var(--line); border-radius:10px; padding:28px }
h1 { margin:0; font-size:22px; font-weight:620; letter-spacing:-.01em }
h2 { margin:24px 0 8px; font-size:13px; font-weight:600; color:var(--dim) }
p { margin:4px 0 0; color:var(--dim) }
p.problem { margin-top:16px; padding:10px 12px; border:1px solid var(--bad); border-radius:8px; color:var(--bad) }
ul { list-style:none; margin:0; padding:0; border:1px solid var(--line); border-radius:8px; overflow:hidden }
li + li { border-top:1px solid var(--line) }
button { font:inherit; cursor:pointer }
li button { display:flex; justify-content:space-between; gap:12px; width:100%; min-height:37px; padding:7px 12px; border:0; background:transparent; color:var(--text); text-align:left }
li button:hover { background:var(--ground) }
code { font-family:ui-monospace,monospace; font-size:12px; color:var(--dim) }
label { display:block; margin-top:12px; font-weight:550 }
input { display:block; width:100%; margin-top:4px; padding:8px 10px; font:inherit; color:inherit; background:var(--ground); border:1px solid var(--dim); border-radius:8px }
.primary { width:100%; margin-top:18px; padding:9px 14px; border:0; border-radius:8px; background:var(--accent); color:var(--on-accent); font-weight:600 }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px }
li button:focus-visible { outline-offset:-2px }
`
const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** No script, no foreign content. Browsers apply form-action to redirects too, so the client's origins are named. */
export const contentSecurityPolicy = (formTargets: readonly string[]): string =>
  `default-src 'none'; style-src ${styleHash}; form-action ${["'self'", ...formTargets].join(' ')}; base-uri 'none'; frame-ancestors 'none'`

export const page = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(style)}</style></head><body><main>${body}</main></body></html>`.markup

export function sendPage(
  response: ServerResponse,
  status: number,
  markup: string,
  formTargets: readonly string[],
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(formTargets),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  response.end(markup)
}

type Login = { action: string; users: readonly IdentityUser[]; username: string; problem?: string }

export const loginPage = ({ action, users, username, problem }: Login): string =>
  page(
    'Sign in · Modelyard demo identity',
    html`<h1>Sign in</h1><p>Demo identity provider for Modelyard</p>
${problem && html`<p class="problem" role="alert" id="problem">${problem}</p>`}
<h2 id="people">One click, by role</h2>
<ul aria-labelledby="people">${users.map(
      (user) =>
        html`<li><form method="post" action="${action}"><input type="hidden" name="username" value="${user.username}"><input type="hidden" name="password" value="${user.password}"><button type="submit" aria-label="Sign in as ${user.name}"><span>${user.name}</span><code>${user.username}</code></button></form></li>`,
    )}</ul>
<h2>Or with name and password</h2>
<form method="post" action="${action}">
<label>User name<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="200" value="${username}"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>
<button type="submit" class="primary">Sign in</button></form>`,
  )

export const messagePage = (title: string, text: string, extra?: Html): string =>
  page(title, html`<h1>${title}</h1><p>${text}</p>${extra}`)
