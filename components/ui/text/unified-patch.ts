export type PatchLine = { kind: 'added' | 'removed' | 'same' | 'place'; text: string }

const kinds = { '+': 'added', '-': 'removed', ' ': 'same', '@': 'place' } as const

/** The lines of a unified diff, without file headers and the remark about a missing last line end. */
export function patchLines(patch: string): PatchLine[] {
  const lines: PatchLine[] = []
  for (const line of patch.split('\n')) {
    if (/^(diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename |\\ )/.test(line) && !inHunk(lines, line))
      continue
    const sign = line[0]
    if (sign !== '+' && sign !== '-' && sign !== ' ' && sign !== '@') continue
    lines.push(
      sign === '@'
        ? { kind: 'place', text: line.replace(/^@@ .* @@ ?/, '').trim() }
        : { kind: kinds[sign], text: line.slice(1) },
    )
  }
  const onlyPlace = lines.filter((line) => line.kind === 'place').length === 1
  return lines.filter(
    (line) => line.kind !== 'place' || (!onlyPlace && line.text !== '') || (!onlyPlace && lines[0] !== line),
  )
}

/** Inside a hunk, "--- x" is a removed line that starts with two dashes. */
const inHunk = (lines: PatchLine[], line: string) => lines.length > 0 && /^(--- |\+\+\+ )/.test(line)
