/** What git allows as a branch or tag name (git-check-ref-format), without asking git. */
export function isRefName(name: string): boolean {
  if (name === '' || name.length > 250 || name === '@') return false
  if (/^\/|^(refs\/heads\/)?-|\/$|\.$|\/\/|\.\.|@\{/.test(name)) return false
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    if (code < 33 || code === 127 || '~^:?*[\\'.includes(character)) return false
  }
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
}

export const isSha = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

/** A path inside a tree: no empty parts, no way out, nothing git itself would stumble over. */
export const isTreePath = (path: string): boolean =>
  path.length <= 1000 &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')

export const nullSha = '0'.repeat(40)
export const branchRef = (branch: string): string => `refs/heads/${branch}`
