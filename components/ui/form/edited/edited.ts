/** What a form was filled from: the values as text, and the version they had. */
export type Base = { text: string; version: number }

/**
 * What to make of what is stored now. A higher version of the same values is somebody's change elsewhere in the thing:
 * ours may go on top of it. Other values replace those in the form unless somebody has typed; then the form keeps the
 * version it stands on, and the server will say that it is an old one.
 */
export function follow(base: Base, stored: Base, dirty: boolean): { next: Base; restart: boolean } {
  if (stored.text === base.text) return { next: stored, restart: false }
  return dirty ? { next: base, restart: false } : { next: stored, restart: true }
}
