import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { firstLoads } from './first-load.ts'

let build = ''
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(build, path)), { recursive: true })
  writeFileSync(join(build, path), text)
}
const page = (route: string, files: string[]) =>
  `globalThis.__RSC_MANIFEST = globalThis.__RSC_MANIFEST || {};
   globalThis.__RSC_MANIFEST[${JSON.stringify(route)}] = ${JSON.stringify({ entryJSFiles: { layout: ['a.js'], page: files } })};`

beforeEach(() => {
  build = mkdtempSync(join(tmpdir(), 'modelyard-first-load-'))
})
afterEach(() => rmSync(build, { recursive: true, force: true }))

it('counts a script once for each page, however many parts name it', () => {
  write('build-manifest.json', JSON.stringify({ rootMainFiles: ['main.js'] }))
  for (const name of ['main.js', 'a.js', 'b.js']) write(name, `${name} ${'x'.repeat(500)}`)
  write('server/app/(portal)/audit/page_client-reference-manifest.js', page('/(portal)/audit/page', ['a.js', 'b.js']))
  write('server/app/page_client-reference-manifest.js', page('/page', ['a.js', 'main.js']))
  const [audit, start] = firstLoads(build)
  expect(audit?.page).toBe('/audit')
  expect(start?.page).toBe('/')
  expect(audit?.kilobytes).toBeGreaterThan(start?.kilobytes ?? 0)
  expect((audit?.kilobytes ?? 0) / (start?.kilobytes ?? 1)).toBeCloseTo(1.5, 1)
})
