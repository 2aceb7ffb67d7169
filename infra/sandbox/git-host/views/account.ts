import type { Host } from '../host.ts'
import type { Account } from '../store/records.ts'

export const nodeId = (kind: string, id: number | string): string =>
  Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64')

export function accountView(host: Host, account: Account) {
  // Bots have brackets in their names.
  const name = encodeURIComponent(account.login)
  const url = `${host.apiUrl}/users/${name}`
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('User', account.id),
    avatar_url: `${host.url}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${host.url}/${name}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: account.type === 'User' && account.permission === 'admin',
  }
}

export const profileView = (host: Host, account: Account) => ({
  ...accountView(host, account),
  name: account.name,
  company: null,
  blog: '',
  location: null,
  email: account.email,
  hireable: null,
  bio: null,
  public_repos: host.store.repositories.filter((repository) => repository.ownerId === account.id).length,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: account.createdAt,
  updated_at: account.createdAt,
})

/** The account behind a name in a commit, as far as its e-mail tells. */
export const accountByEmail = (host: Host, email: string) => {
  const account = host.store.accounts.find((candidate) => candidate.email === email)
  return account ? accountView(host, account) : null
}
