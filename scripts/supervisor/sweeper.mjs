// Ends what its parent started when the parent is gone, however it went. The parent tells it by lines on standard
// input: "+ <pid>" watches a process group, "- <pid>" forgets it. End of input means the parent has died (a kill -9
// closes the pipe as well); what is still watched then gets SIGTERM, and SIGKILL if it lingers.
import { createInterface } from 'node:readline'

const graceMilliseconds = Number(process.argv[2])
const watched = new Set()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [verb, text] = line.split(' ')
    const pid = Number(text)
    if (!Number.isInteger(pid) || pid <= 1) return
    if (verb === '+') watched.add(pid)
    else watched.delete(pid)
  })
  .on('close', () => sweep())

function sweep() {
  for (const pid of watched) signalGroup(pid, 'SIGTERM')
  const until = Date.now() + graceMilliseconds
  const timer = setInterval(() => {
    for (const pid of watched) if (!signalGroup(pid, 0)) watched.delete(pid)
    if (Date.now() > until) for (const pid of watched) signalGroup(pid, 'SIGKILL')
    if (watched.size === 0 || Date.now() > until) {
      clearInterval(timer)
      process.exit(0)
    }
  }, 50)
}

/** False when the group is gone. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
