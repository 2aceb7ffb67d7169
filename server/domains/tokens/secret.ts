/**
 * A token's secret: `modelyard_pat_…` for a person, `modelyard_team_…` for a team, 43 random characters and a checksum,
 * so that secret scanners find it by its prefix and can tell a real one from a look-alike. Only its hash is stored; it
 * has 256 random bits, so a plain hash is enough.
 */
import { createHash, randomInt } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const pattern = /^modelyard_(pat|team)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

export function makeSecret(kind: 'pat' | 'team'): string {
  const random = Array.from({ length: 43 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return `modelyard_${kind}_${random}${checksum(kind, random)}`
}

/** Cheaply refuses what cannot be one of ours, before the database is asked. */
export function looksLikeSecret(text: string): boolean {
  const match = pattern.exec(text)
  return match !== null && checksum(match[1] ?? '', match[2] ?? '') === match[3]
}

export const hashOfSecret = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** What is shown afterwards: enough to tell tokens apart, too little to use. */
export const prefixOf = (secret: string) => secret.slice(0, secret.lastIndexOf('_') + 5)

function checksum(kind: string, random: string): string {
  let rest = createHash('sha256').update(`${kind}:${random}`).digest().readUIntBE(0, 6)
  let text = ''
  for (let index = 0; index < 6; index += 1) {
    text += alphabet[rest % alphabet.length]
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}
