import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundaryFaults } from './boundaries.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modelyard-boundaries-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function faultsOf(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return boundaryFaults(root)
}

const thing = 'export const thing = 1\n'

describe('the boundaries', () => {
  it('let a page show components, and a route ask the service', () => {
    const files = {
      'app/page.tsx': "import { thing } from '#components/ui/thing.tsx'\nexport const page = thing\n",
      'components/ui/thing.tsx':
        "import type { Name } from '#server/contracts/names.ts'\nexport const thing: Name = 1\n",
      'server/contracts/names.ts': 'export type Name = number\n',
      'server/http/api.ts': "import { thing } from '../domains/teams/teams.ts'\nexport const api = thing\n",
      'server/domains/teams/teams.ts': "import { store } from './store.ts'\nexport const thing = store\n",
      'server/domains/teams/store.ts': 'export const store = 1\n',
    }
    expect(faultsOf(files)).toEqual([])
  })

  it.each([
    ['a component that asks a service', 'components/a.tsx', '#server/domains/teams/teams.ts'],
    ['a service that knows an adapter', 'server/domains/teams/teams.ts', '#server/adapters/github/github.ts'],
    ['a port that knows a service', 'server/ports/git-host.ts', '#server/domains/teams/teams.ts'],
    ['a runtime that knows the portal', 'runtime/http/server.ts', '#server/errors.ts'],
    ['a sandbox that knows the portal', 'infra/sandbox/git-host/main.ts', '#server/contracts/requests.ts'],
    ['a browser that opens files', 'components/a.tsx', 'node:fs'],
    ['a service that draws', 'server/domains/teams/teams.ts', 'react'],
  ])('refuse %s', (_what, path, specifier) => {
    const faults = faultsOf({ [path]: `import { thing } from '${specifier}'\nexport const other = thing\n` })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(path)
  })

  it('see imports over several lines, of types, and in the middle of the code', () => {
    const faults = faultsOf({
      'components/a.tsx': "import {\n  one,\n  two,\n} from '#server/errors.ts'\nexport const a = one + two\n",
      'components/b.tsx': "import type { Thing } from '#server/errors.ts'\nexport type B = Thing\n",
      'components/c.tsx': "export const load = () => import('#server/errors.ts')\n",
    })
    expect(faults).toHaveLength(3)
  })

  it('refuse to enter a domain by anything but its door', () => {
    const faults = faultsOf({
      'server/domains/audit/chain.ts': thing,
      'server/domains/teams/teams.ts': "import { thing } from '../audit/chain.ts'\nexport const teams = thing\n",
    })
    expect(faults).toEqual([expect.stringContaining('The door is server/domains/audit/audit.ts')])
  })

  it('refuse circles, unless they are of types alone', () => {
    expect(
      faultsOf({
        'runtime/a.ts': "import { b } from './b.ts'\nexport const a = b\n",
        'runtime/b.ts': "import { c } from './c.ts'\nexport const b = c\n",
        'runtime/c.ts': "import { a } from './a.ts'\nexport const c = a\n",
        'runtime/d.ts': "import type { E } from './e.ts'\nexport type D = E\n",
        'runtime/e.ts': "import type { D } from './d.ts'\nexport type E = D | 1\n",
      }),
    ).toEqual(['These import one another: runtime/a.ts → runtime/b.ts → runtime/c.ts → runtime/a.ts'])
  })

  it('refuse files that only pass on others, and files that are too long', () => {
    const faults = faultsOf({
      'runtime/all.ts': "// everything\nexport { thing } from './thing.ts'\nexport * from './long.ts'\n",
      'runtime/thing.ts': thing,
      'runtime/long.ts': thing.repeat(401),
    })
    expect(faults).toEqual([
      expect.stringContaining('runtime/all.ts only passes on'),
      expect.stringContaining('runtime/long.ts has 401 lines'),
    ])
  })

  it('let tests look everywhere', () => {
    expect(faultsOf({ 'runtime/a.test.ts': "import { thing } from '#server/errors.ts'\nthing()\n" })).toEqual([])
  })
})
