import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from '../supervisor/testing/wait-for.ts'

let checkout: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'modelyard-bootstrap-'))
  cpSync(import.meta.dirname, join(checkout, 'scripts', 'bootstrap'), { recursive: true })
  write('scripts/demo/main.ts', "console.log('handed over: ' + process.argv.slice(2))\nprocess.exitCode = 7\n")
  write('prisma/schema.prisma', 'model A')
  write('prisma.config.ts', '')
  lock({ 'node_modules/thing': { version: '1.0.0' } })
})
afterEach(() => rmSync(checkout, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(join(checkout, path, '..'), { recursive: true })
  writeFileSync(join(checkout, path), text)
}

function lock(packages: Record<string, object>): void {
  const node = { 'node_modules/node': { version: process.versions.node } }
  write('package-lock.json', JSON.stringify({ packages: { '': {}, ...node, ...packages } }))
}

function bootstrap(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['scripts/bootstrap/run.mjs', 'demo', '--port', '1'], {
    cwd: checkout,
    env: {
      ...process.env,
      npm_execpath: join(checkout, 'scripts', 'bootstrap', 'testing', 'npm-cli.mjs'),
      ...env,
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += String(chunk)
    })
  }
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code) }
}

const count = (file: string) =>
  existsSync(join(checkout, file))
    ? readFileSync(join(checkout, file), 'utf8')
        .split(file === 'generations' ? '' : '\n')
        .filter(Boolean).length
    : 0

describe('the bootstrap', { timeout: 60_000 }, () => {
  it('installs, makes the database client, and hands over with arguments and exit code', async () => {
    const run = bootstrap()
    expect(await run.ended).toBe(7)
    expect(run.said()).toContain('nothing is installed yet')
    expect(run.said()).toContain('handed over: --port,1')
    expect(readFileSync(join(checkout, 'installations'), 'utf8')).toContain('ci --include=dev')
    expect(count('generations')).toBe(1)
  })

  it('does nothing twice', async () => {
    await bootstrap().ended
    const again = bootstrap()
    expect(await again.ended).toBe(7)
    expect(again.said().trim()).toBe('handed over: --port,1')
    expect([count('installations'), count('generations')]).toEqual([1, 1])
  })

  it('does again what no longer fits: a lockfile, a package that went away, a schema', async () => {
    await bootstrap().ended
    lock({ 'node_modules/thing': { version: '1.0.1' } })
    expect((await said(bootstrap())).join()).toContain('thing is not the version in package-lock.json')
    lock({})
    expect((await said(bootstrap())).join()).toContain('thing is not in package-lock.json')
    write('prisma/schema.prisma', 'model B')
    await bootstrap().ended
    expect([count('installations'), count('generations')]).toEqual([3, 2])
  })

  it('does not ask for packages of other platforms', async () => {
    await bootstrap().ended
    lock({ 'node_modules/thing': { version: '1.0.0' }, 'node_modules/elsewhere': { version: '1.0.0', optional: true } })
    await bootstrap().ended
    expect(count('installations')).toBe(1)
  })

  it('installs once when two start together', async () => {
    const runs = [bootstrap(), bootstrap(), bootstrap()]
    expect(await Promise.all(runs.map((run) => run.ended))).toEqual([7, 7, 7])
    expect([count('installations'), count('generations')]).toEqual([1, 1])
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('goes on after an installation that was ended by %s', async (signal) => {
    const gate = join(checkout, 'gate')
    const run = bootstrap({ FAKE_NPM_WAITS_FOR: gate })
    await waitFor('the installation to be under way', () => count('installations') === 1)
    await waitFor('node_modules', () => existsSync(join(checkout, 'node_modules', 'prisma', 'build', 'index.js')))
    run.child.kill(signal)
    await once(run.child, 'exit')
    const next = bootstrap() // after SIGKILL npm still works, and has to be waited for
    writeFileSync(gate, '')
    expect(await next.ended).toBe(7)
  })

  it('says what to do when npm fails', async () => {
    const run = bootstrap({ FAKE_NPM_FAILS: '1' })
    expect(await run.ended).toBe(1)
    expect(run.said()).toContain('npm ci failed, see above. Is the npm registry reachable?')
  })
})

async function said(run: ReturnType<typeof bootstrap>): Promise<string[]> {
  await run.ended
  return run.said().split('\n')
}
