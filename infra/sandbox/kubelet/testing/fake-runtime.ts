/** Stands in for the model runtime: listens where it is told, ready when asked to be, ends when asked to. */
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    greeting: { type: 'string', default: '' },
    fail: { type: 'boolean' },
  },
})
if (values.fail) {
  console.error('this container always fails')
  process.exit(3)
}
let ready = true
const server = createServer((request, response) => {
  if (request.url === '/exit') process.exit(1)
  if (request.url?.startsWith('/say/')) console.log(decodeURIComponent(request.url.slice(5)))
  if (request.url === '/unready') ready = false
  if (request.url === '/ready') return void response.writeHead(ready ? 200 : 503).end()
  response.end(JSON.stringify({ greeting: values.greeting, team: process.env.TEAM, pod: process.env.POD_NAME }))
})
server.listen(Number(values.port), values.host, () => console.log(`listening on ${values.host}:${values.port}`))
process.on('SIGTERM', () => {
  console.log('stopping')
  server.close(() => process.exit(0))
  server.closeAllConnections()
})
