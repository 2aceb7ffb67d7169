import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { importPKCS8, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cloneUrl, commitFiles, git, repo, startTestHost, type TestHost } from '../testing/host.ts'

let host: TestHost
let privateKey: string
beforeAll(async () => {
  host = await startTestHost()
  privateKey = await readFile(host.app.privateKeyPath, 'utf8')
})
afterAll(() => host.close())

const asInstallation = (key: string) =>
  new Octokit({
    baseUrl: `${host.url}/api/v3`,
    authStrategy: createAppAuth,
    auth: { appId: host.app.appId, privateKey: key, installationId: host.app.installationId },
  })

const jwt = async (key: string, issuer: string, ageSeconds = 0) => {
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }).toString()
  const issued = Math.floor(Date.now() / 1000) - ageSeconds
  const claims = new SignJWT({ iss: issuer, iat: issued, exp: issued + 600 }).setProtectedHeader({ alg: 'RS256' })
  return claims.sign(await importPKCS8(pkcs8, 'RS256'))
}

describe('the GitHub App', () => {
  it('writes with an installation token that octokit gets by the App’s key, also after a restart', async () => {
    const octokit = asInstallation(privateKey)
    const { data: branch } = await octokit.repos.getBranch({ ...repo, branch: 'main' })
    await octokit.git.createRef({ ...repo, ref: 'refs/heads/by-app', sha: branch.commit.sha })
    const { token } = z.object({ token: z.string() }).parse(await octokit.auth({ type: 'installation' }))
    await host.restart()
    expect((await host.client(token).apps.listReposAccessibleToInstallation()).data.total_count).toBe(1)
    expect((await git('/', 'ls-remote', cloneUrl(host.url, token))).stdout).toContain('refs/heads/by-app')
    const sha = await commitFiles(host.client(token), 'by-app-2', { 'a.yaml': 'a\n' })
    const { data: commit } = await host.admin.repos.getCommit({ ...repo, ref: sha })
    expect(commit.author).toMatchObject({ login: 'modelyard[bot]', type: 'Bot' })
  })

  it('tells about itself and where it is installed', async () => {
    const app = host.client(await jwt(privateKey, '1'))
    expect((await app.apps.getAuthenticated()).data?.slug).toBe('modelyard')
    expect((await app.apps.listInstallations()).data).toHaveLength(1)
    expect((await app.apps.getRepoInstallation({ ...repo })).data.id).toBe(1)
    expect((await app.apps.getInstallation({ installation_id: 1 })).data.app_slug).toBe('modelyard')
    await expect(app.apps.createInstallationAccessToken({ installation_id: 7 })).rejects.toMatchObject({ status: 404 })
  })

  it('is refused with another key, another App’s number, an old token or a spoiled installation token', async () => {
    const { privateKey: other } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    for (const token of [await jwt(other, '1'), await jwt(privateKey, '2'), await jwt(privateKey, '1', 3600)]) {
      await expect(host.client(token).apps.getAuthenticated()).rejects.toMatchObject({ status: 401 })
    }
    const { data } = await host
      .client(await jwt(privateKey, '1'))
      .apps.createInstallationAccessToken({ installation_id: 1 })
    const longer = data.token.replace(/^ghs_./, 'ghs_z')
    await expect(host.client(longer).repos.get({ ...repo })).rejects.toMatchObject({ status: 401 })
  })
})
