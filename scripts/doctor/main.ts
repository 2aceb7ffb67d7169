// npm run doctor: what is installed, what runs, and what mends the rest.
import { findings } from './findings.ts'

const marks = { good: '✓', note: '–', bad: '✗' }
let bad = 0
for await (const { grade, text, remedy } of findings()) {
  console.log(`${marks[grade]} ${text}`)
  if (remedy) console.log(`    ${remedy}`)
  if (grade === 'bad') bad += 1
}
console.log(bad === 0 ? '\nNothing stands in the way.' : `\n${bad} to mend.`)
process.exitCode = bad === 0 ? 0 : 1
