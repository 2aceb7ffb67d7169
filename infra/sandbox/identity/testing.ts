import * as client from 'openid-client'

const portal = 'http://127.0.0.1:4999'
export const clientOptions = {
  clientId: 'modelyard',
  clientSecret: 'a-secret-for-tests',
  redirectUris: [`${portal}/callback`],
  postLogoutRedirectUris: [`${portal}/bye`],
}

/** Follows redirects within the provider as a browser does, keeping its cookies. */
export function createBrowser() {
  const cookies = new Map<string, string>()
  return async (url: string, init: RequestInit = {}): Promise<Response & { target?: string }> => {
    const headers = { ...init.headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
}
export type Browser = ReturnType<typeof createBrowser>

export const follow = async (browser: Browser, start: string): Promise<{ url: string; response: Response }> => {
  let url = start
  for (let hop = 0; hop < 10; hop += 1) {
    if (url.startsWith(portal)) return { url, response: new Response() }
    const response = await browser(url)
    const location = response.headers.get('location')
    if (!location) return { url, response }
    url = new URL(location, url).href
  }
  throw new Error('Redirected too often')
}

/** The portal's half of a sign-in, up to the login page (or straight to the callback when already signed in). */
export async function openSignIn(issuer: string, browser: Browser) {
  const config = await client.discovery(
    new URL(issuer),
    clientOptions.clientId,
    clientOptions.clientSecret,
    client.ClientSecretBasic(clientOptions.clientSecret),
    { execute: [client.allowInsecureRequests] },
  )
  const verifier = client.randomPKCECodeVerifier()
  const checks = { state: client.randomState(), nonce: client.randomNonce() }
  const authorization = client.buildAuthorizationUrl(config, {
    redirect_uri: `${portal}/callback`,
    scope: 'openid profile email groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...checks,
  })
  const { url, response } = await follow(browser, authorization.href)
  const finish = (callback: string) =>
    client.authorizationCodeGrant(config, new URL(callback), {
      pkceCodeVerifier: verifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      idTokenExpected: true,
    })
  return { config, url, page: response, finish }
}

export const submitLogin = async (browser: Browser, url: string, username: string, password: string) => {
  const response = await browser(url, { method: 'POST', body: new URLSearchParams({ username, password }) })
  const location = response.headers.get('location')
  return location ? follow(browser, new URL(location, url).href) : { url, response }
}

export async function signIn(issuer: string, username: string, browser = createBrowser()) {
  const opened = await openSignIn(issuer, browser)
  const { url } = await submitLogin(browser, opened.url, username, 'modelyard')
  const tokens = await opened.finish(url)
  return { ...opened, browser, tokens, claims: tokens.claims() }
}
