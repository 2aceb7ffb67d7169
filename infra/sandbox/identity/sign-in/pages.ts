import type { ServerResponse } from 'node:http'
import type { Html } from '#sandbox/process/html.ts'
import { createPages, loginForm, messageCard } from '#sandbox/process/page.ts'
import type { IdentityUser } from '../people/users.ts'

const pages = createPages()
export const { contentSecurityPolicy } = pages

export const sendPage = (response: ServerResponse, status: number, markup: string, formTargets: readonly string[]) =>
  pages.send(response, status, markup, formTargets)

type Login = { action: string; users: readonly IdentityUser[]; username: string; problem?: string }

export const loginPage = ({ action, users, username, problem }: Login): string => {
  const about = 'Demo identity provider for Modelyard'
  const form = loginForm({ action, people: users, username, problem, about })
  return pages.render('Sign in · Modelyard demo identity', form)
}

export const messagePage = (title: string, text: string, extra?: Html): string =>
  pages.render(title, messageCard(title, text, extra))
