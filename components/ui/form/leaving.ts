/**
 * Asks before something leads away from a page with text that was not sent: a link, the palette, the browser's way
 * back, a reload, a closed tab. One for all forms of a page, so that one question is asked.
 */
const question = 'Leave this page? What you typed has not been sent and will be lost.'

const held = new Set<object>()
let from: { path: string; index: number | undefined } | undefined
/** On the way back to where somebody chose to stay. */
let returning = false

/** What leads away without being a link asks this first. */
export const mayLeave = (): boolean => held.size === 0 || window.confirm(question)

/** Holds the page until the returned function is called. */
export function holdPage(): () => void {
  const hold = {}
  if (held.size === 0) watch()
  held.add(hold)
  return () => {
    held.delete(hold)
    if (held.size === 0) unwatch()
  }
}

function watch() {
  from = { path: location.pathname, index: window.navigation?.currentEntry?.index }
  window.addEventListener('beforeunload', onUnload)
  document.addEventListener('click', onClick, { capture: true })
  // Before the router hears of it: a window's capturing listeners come first.
  window.addEventListener('popstate', onTraverse, { capture: true })
}

function unwatch() {
  window.removeEventListener('beforeunload', onUnload)
  document.removeEventListener('click', onClick, { capture: true })
  window.removeEventListener('popstate', onTraverse, { capture: true })
}

const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()

function onClick(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  if (!(link instanceof HTMLAnchorElement) || link.target === '_blank' || link.origin !== location.origin) return
  if (link.pathname === location.pathname || mayLeave()) return
  event.preventDefault()
  event.stopPropagation()
}

/** The address has changed already; staying means going the same way back, unseen by the router. */
function onTraverse(event: PopStateEvent) {
  if (!from) return
  if (!returning && (location.pathname === from.path || mayLeave())) return
  event.stopImmediatePropagation()
  if (returning) {
    returning = false
    return
  }
  returning = true
  const here = window.navigation?.currentEntry?.index
  history.go(from.index !== undefined && here !== undefined && here !== from.index ? from.index - here : 1)
}
