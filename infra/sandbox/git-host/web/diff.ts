import { type Html, html } from '#sandbox/process/html.ts'
import type { FileChange } from '../git/compare.ts'

const shownFiles = 300
const shownLines = 2000

const classOf = (line: string) =>
  line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'hunk' : ''

const fileDiff = (file: FileChange): Html => {
  const lines = file.patch?.split('\n') ?? []
  const name = file.previousPath === undefined ? file.path : `${file.previousPath} → ${file.path}`
  return html`<details class="box" open><summary><code>${name}</code> <span class="dim">${file.status}</span> <span class="good">+${file.additions}</span> <span class="bad">−${file.deletions}</span></summary>
<pre class="file">${lines.slice(0, shownLines).map((line) => html`<span class="${classOf(line)}">${line}</span>`)}</pre>
${lines.length > shownLines && html`<p class="inner">${lines.length - shownLines} more lines are not shown.</p>`}
${file.patch === undefined && html`<p class="inner">No text to compare.</p>`}</details>`
}

export const filesDiff = (files: readonly FileChange[]): Html =>
  html`<h2>${files.length} changed ${files.length === 1 ? 'file' : 'files'}</h2>${files.slice(0, shownFiles).map(fileDiff)}
${files.length > shownFiles && html`<p>${files.length - shownFiles} more files are not shown.</p>`}`
