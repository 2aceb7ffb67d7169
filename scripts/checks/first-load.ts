// What a browser must load before a page works: the scripts that the production build's own manifests name for it,
// compressed as they travel. A page above the budget fails. Only a build of the present sources says anything.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { isBuildFresh } from '../demo/build/build-stamp.ts'
import { root } from '../demo/installation/installation.ts'

export const budgetKilobytes = 260

const Shared = z.object({ rootMainFiles: z.array(z.string()) })
const Pages = z.record(z.string(), z.object({ entryJSFiles: z.record(z.string(), z.array(z.string())) }))

export interface FirstLoad {
  page: string
  kilobytes: number
}

/** Every page of the build in a folder, heaviest first. */
export function firstLoads(build: string): FirstLoad[] {
  const shared = Shared.parse(JSON.parse(readFileSync(join(build, 'build-manifest.json'), 'utf8'))).rootMainFiles
  const sizes = new Map<string, number>()
  const sizeOf = (file: string) => {
    const known = sizes.get(file) ?? gzipSync(readFileSync(join(build, file))).length
    sizes.set(file, known)
    return known
  }
  return globSync('server/app/**/page_client-reference-manifest.js', { cwd: build })
    .flatMap((file) => Object.entries(readPages(join(build, file))))
    .map(([page, { entryJSFiles }]) => {
      const files = new Set([...shared, ...Object.values(entryJSFiles).flat()].filter((file) => file.endsWith('.js')))
      return { page: addressOf(page), kilobytes: [...files].reduce((sum, file) => sum + sizeOf(file), 0) / 1024 }
    })
    .sort((a, b) => b.kilobytes - a.kilobytes)
}

// The manifest is a script that sets a global; it runs in a context of its own.
function readPages(file: string): z.infer<typeof Pages> {
  const context: { __RSC_MANIFEST?: unknown } = {}
  runInNewContext(readFileSync(file, 'utf8'), context)
  return Pages.parse(context.__RSC_MANIFEST)
}

const addressOf = (page: string) => page.replace(/\/\([^)]+\)/g, '').replace(/\/page$/, '') || '/'

if (import.meta.main) {
  if (!isBuildFresh()) {
    console.log('Not measured: there is no production build of the present sources.')
  } else {
    const loads = firstLoads(join(root, '.next'))
    const over = loads.filter(({ kilobytes }) => kilobytes > budgetKilobytes)
    for (const { page, kilobytes } of over) {
      console.error(`${page} loads ${kilobytes.toFixed(1)} KB of scripts; at most ${budgetKilobytes} KB are allowed.`)
    }
    const [heaviest] = loads
    if (heaviest)
      console.log(`${loads.length} pages; the heaviest is ${heaviest.page}, ${heaviest.kilobytes.toFixed(1)} KB.`)
    process.exitCode = over.length > 0 || !heaviest ? 1 : 0
  }
}
