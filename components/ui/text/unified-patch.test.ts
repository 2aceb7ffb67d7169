import { describe, expect, it } from 'vitest'
import { patchLines } from './unified-patch.ts'

describe('the lines of a unified diff', () => {
  it('tells added, removed and unchanged lines apart and drops the headers', () => {
    const patch =
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n kind: A\n-cpu: "8"\n+cpu: "12"\n\\ No newline at end of file'
    expect(patchLines(patch)).toEqual([
      { kind: 'same', text: 'kind: A' },
      { kind: 'removed', text: 'cpu: "8"' },
      { kind: 'added', text: 'cpu: "12"' },
    ])
  })

  it('keeps a removed document marker, which looks like a header', () => {
    expect(patchLines('@@ -1,2 +1 @@\n--- \n kind: A')).toEqual([
      { kind: 'removed', text: '-- ' },
      { kind: 'same', text: 'kind: A' },
    ])
  })

  it('marks the places between several hunks', () => {
    const kinds = patchLines('@@ -1 +1 @@\n-a\n@@ -9 +9 @@ spec:\n+b').map((line) => line.kind)
    expect(kinds).toEqual(['removed', 'place', 'added'])
  })

  it('makes nothing of nothing', () => {
    expect(patchLines('')).toEqual([])
  })
})
