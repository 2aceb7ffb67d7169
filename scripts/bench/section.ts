/** Several benches write one page of figures: each its own section, between markers that carry its name. */
import { readFile, rename, writeFile } from 'node:fs/promises'

/** The page with this section put in place of the one of the same name, or at the end when there was none. */
export const withSection = (page: string, name: string, markdown: string): string => {
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  const section = `${begin}\n\n${markdown.trim()}\n\n${end}`
  const from = page.indexOf(begin)
  if (from < 0) return `${page.trimEnd()}${page.trim() === '' ? '' : '\n\n'}${section}\n`
  const to = page.indexOf(end, from)
  if (to < 0) throw new Error(`"${begin}" is never closed: put "${end}" where the section ends`)
  return page.slice(0, from) + section + page.slice(to + end.length)
}

/** Readers see the old page or the new one, never half of either. */
export const writeSection = async (file: string, name: string, markdown: string): Promise<void> => {
  const page = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  const draft = `${file}.${process.pid}.new`
  await writeFile(draft, withSection(page, name, markdown))
  await rename(draft, file)
}
