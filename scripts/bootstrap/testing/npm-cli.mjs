// Stands in for `npm ci` in the bootstrap's tests: makes a node_modules with what the bootstrap looks at, and does
// what the FAKE_NPM_* variables say.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

appendFileSync('installations', `${process.argv.slice(2).join(' ')}\n`)
if (process.env.FAKE_NPM_FAILS) process.exit(1)
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('node_modules/node/bin', { recursive: true })
mkdirSync('node_modules/prisma/build', { recursive: true })
symlinkSync(process.execPath, 'node_modules/node/bin/node')
writeFileSync('node_modules/prisma/package.json', '{}')
writeFileSync(
  'node_modules/prisma/build/index.js',
  `const fs = require('node:fs')
  fs.appendFileSync('generations', 'x')
  fs.mkdirSync('server/database/generated', { recursive: true })
  fs.writeFileSync('server/database/generated/client.ts', '')`,
)
const until = process.env.FAKE_NPM_WAITS_FOR
while (until && !existsSync(until)) await pause(20)
writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'))
