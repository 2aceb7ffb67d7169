/** No secret of the installation reaches a page, a script of it, or a log. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { installation } from '../../fixtures/installation.ts'
import { expect, test } from '../../fixtures/test.ts'

async function secrets(): Promise<[string, string][]> {
  const parsed = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(await readFile(join(installation.state, 'secrets.json'), 'utf8')))
  const found = Object.entries(parsed).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  expect(found.length).toBeGreaterThan(3)
  return found
}

test('no page and no script holds a secret', async ({ asMember, team }) => {
  const bodies: { url: string; text: string }[] = []
  asMember.page.on('response', async (response) => {
    const type = response.headers()['content-type'] ?? ''
    if (/html|javascript|json/.test(type))
      bodies.push({ url: response.url(), text: await response.text().catch(() => '') })
  })
  for (const path of [`/teams/${team}`, `/teams/${team}/models`, '/integrations', '/audit']) {
    await asMember.open(path)
    await expect(asMember.page.getByRole('heading', { level: 1 })).toBeVisible()
  }
  expect(bodies.length).toBeGreaterThan(10)
  for (const [name, secret] of await secrets()) {
    expect(
      bodies.filter(({ text }) => text.includes(secret)).map(({ url }) => url),
      name,
    ).toEqual([])
  }
})

test('no log of the portal holds a secret', async () => {
  const folder = join(installation.state, 'logs')
  const logs = (await readdir(folder)).filter((name) => /^(web|worker|seed|migrate)/.test(name))
  expect(logs.length).toBeGreaterThan(2)
  for (const name of logs) {
    const text = await readFile(join(folder, name), 'utf8')
    for (const [secretName, secret] of await secrets())
      expect(text.includes(secret), `${secretName} in ${name}`).toBe(false)
  }
})
