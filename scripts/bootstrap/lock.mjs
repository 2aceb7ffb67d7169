import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { identityOf, isAlive } from './process-identity.mjs'

/**
 * Lets one process at a time into `work`. `heldBy(pid)` names a further process that keeps the lock while it lives,
 * for a child that outlives us when we are killed.
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!take(file)) {
    if (!told) console.error('Another command is at this very step. Waiting for it.')
    told = true
    await pause(300)
  }
  const holders = [identityOf(process.pid)]
  const heldBy = (pid) => {
    holders.push(identityOf(pid))
    writeFileSync(file, JSON.stringify(holders))
  }
  try {
    return await work(heldBy)
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file) {
  try {
    const opened = openSync(file, 'wx')
    writeFileSync(opened, JSON.stringify([identityOf(process.pid)]))
    closeSync(opened)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (isAbandoned(file)) removeAbandoned(file)
  return false
}

function isAbandoned(file) {
  try {
    const text = readFileSync(file, 'utf8')
    if (text !== '') return !JSON.parse(text).some(isAlive)
    return Date.now() - statSync(file).mtimeMs > 2000 // its maker was killed before it could sign it
  } catch (error) {
    if (error.code === 'ENOENT') return false
    return error instanceof SyntaxError
  }
}

// Two may find the same lock abandoned. Whoever moves it away looks again, lest it be the other one's new lock.
function removeAbandoned(file) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (isAbandoned(aside)) rmSync(aside, { force: true })
    else renameSync(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}
