// A part for tests: says it is ready, and does what its flags say.
import { appendFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    /** Ends by itself with this code instead of getting ready. */
    fail: { type: 'string' },
    /** Does not end when asked to. */
    stubborn: { type: 'boolean' },
    /** Notes its start and its end in this file. */
    diary: { type: 'string' },
    name: { type: 'string', default: 'fake' },
    /** Gets ready only once this file exists. */
    'wait-for': { type: 'string' },
    port: { type: 'string', default: '0' },
  },
})

const note = (event: string) => {
  if (values.diary) appendFileSync(values.diary, `${values.name} ${event}\n`)
}

if (values.fail !== undefined) {
  console.error('this part is made to fail')
  process.exit(Number(values.fail))
}

process.on('SIGTERM', () => {
  if (values.stubborn) return
  note('ended')
  process.exit(0)
})

const server = createServer((_request, response) => response.end('here'))
server.listen(Number(values.port), '127.0.0.1', () => {
  const timer = setInterval(() => {
    if (values['wait-for'] !== undefined && !existsSync(values['wait-for'])) return
    clearInterval(timer)
    note('ready')
    console.log('a line that is no JSON')
    console.log(JSON.stringify({ ready: true, name: values.name, pid: process.pid }))
  }, 10)
})
