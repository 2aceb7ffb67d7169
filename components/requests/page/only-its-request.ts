import { patchLines } from '#components/ui/text/unified-patch.ts'
import type { FileDiff } from '#server/contracts/requests.ts'

/**
 * Every object of a place names the request that wrote it last, so each request touches them all. A file in which
 * nothing else changes tells a reviewer nothing.
 */
export function changesOnlyItsRequest(file: FileDiff): boolean {
  const moved = patchLines(file.patch ?? '').filter(({ kind }) => kind === 'added' || kind === 'removed')
  return moved.length > 0 && moved.every(({ text }) => /^\s*modelyard\.dev\/request: \S+$/.test(text))
}

/** What a reviewer has to read comes first. */
export const tellingFirst = (files: readonly FileDiff[]): FileDiff[] =>
  files.toSorted((a, b) => Number(changesOnlyItsRequest(a)) - Number(changesOnlyItsRequest(b)))
