'use client'

import { Button } from '@mantine/core'
import { useId, useMemo, useState } from 'react'
import type { FileDiff } from '#server/contracts/requests.ts'
import classes from './text.module.css'
import { type PatchLine, patchLines } from './unified-patch.ts'

const signs = { added: '+', removed: '-', same: ' ', place: ' ' }
const linesAtFirst = 80
const linesAtMost = 5000
/** Files that start beyond so many changed lines are closed until somebody opens them. */
const linesOpenAtFirst = 120

type Props = {
  files: readonly FileDiff[]
  /** Says of a file why it need not be read; it starts closed then. */
  aside?: (file: FileDiff) => string | null
}

/** Every file of a change. Long ones open by degrees, so that a huge change cannot freeze the page. */
export function DiffViewer({ files, aside }: Props) {
  let lines = 0
  return files.map((file) => {
    const words = aside?.(file) ?? null
    const startOpen = words === null && lines < linesOpenAtFirst
    lines += file.additions + file.deletions
    return <DiffFile key={file.path} file={file} words={words ?? file.status} startOpen={startOpen} />
  })
}

function DiffFile({ file, words, startOpen }: { file: FileDiff; words: string; startOpen: boolean }) {
  const [open, setOpen] = useState(startOpen)
  const id = useId()
  return (
    <div className={classes.file}>
      <button
        type="button"
        className={classes.fileHeader}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span className={`mono ${classes.filePath}`}>{file.path}</span>
        <span>{words}</span>
        <span className={classes.tally}>
          +{file.additions} −{file.deletions}
        </span>
      </button>
      <div id={id}>{open && <Patch file={file} />}</div>
    </div>
  )
}

function Patch({ file }: { file: FileDiff }) {
  const lines = useMemo(() => patchLines(file.patch ?? ''), [file.patch])
  const [all, setAll] = useState(false)
  if (file.patch === null) {
    return <div className={classes.more}>The Git host gives no text for this file. Look at it in the pull request.</div>
  }
  const shown = lines.slice(0, all ? linesAtMost : linesAtFirst)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.lines} tabIndex={0} aria-label={`Changes in ${file.path}`}>
        {shown.map((line, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a patch has no other identity and never moves
          <Line key={number} line={line} />
        ))}
      </section>
      {lines.length > shown.length && (
        <div className={classes.more}>
          {all ? (
            `${lines.length - shown.length} more lines are in the pull request.`
          ) : (
            <Button variant="default" size="xs" onClick={() => setAll(true)}>
              Show {Math.min(lines.length, linesAtMost) - shown.length} more lines
            </Button>
          )}
        </div>
      )}
    </>
  )
}

function Line({ line }: { line: PatchLine }) {
  return (
    <span className={classes.line} data-kind={line.kind}>
      <span className={classes.sign}>{line.kind === 'place' ? '…' : signs[line.kind]}</span>
      {line.text}
    </span>
  )
}
