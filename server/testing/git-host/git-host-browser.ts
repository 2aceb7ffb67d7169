/** A person at the sandbox's Git host: signs in on its page and agrees to what the portal asks. */
import { z } from 'zod'

const Hidden = z.tuple([z.string(), z.string()]).rest(z.string())

export function browserAtGitHost(login: string) {
  let cookie = ''

  async function visit(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    const [set] = response.headers.getSetCookie()
    if (set) cookie = set.split(';')[0] ?? ''
    return response
  }
  const proofIn = async (page: Response) => Hidden.parse(/name="proof" value="([^"]+)"/.exec(await page.text()))[1]

  return {
    /** To where the host sends the browser back. */
    async agree(address: string, allow: 'yes' | 'no' = 'yes'): Promise<URL> {
      const { origin } = new URL(address)
      await visit(`${origin}/login`, { username: login, password: 'modelyard', return_to: '/' })
      const page = await visit(address)
      const answer = await visit(address, { proof: await proofIn(page), allow })
      return new URL(answer.headers.get('location') ?? '', origin)
    },
  }
}
