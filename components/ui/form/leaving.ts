/**
 * Asks before something leads away from a page with text that was not sent: a link, the palette, the browser's way
 * back, a reload, a closed tab. One for all forms of a page, so that one question is asked.
 */
const question = 'Leave this page? What you typed has not been sent and will be lost.'

const held = new Set<object>()
let from: { path: string; index: number | undefined } | undefined
/** The question was asked before the browser went back. */
let agreed = false
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

/**
 * For the very start of the page, before the router listens: a window tells its listeners in the order they came, and
 * only who hears of a traversal first can keep it from the others.
 */
export function guardHistory(): void {
  window.addEventListener('popstate', onTraversed)
}

function watch() {
  from = { path: location.pathname, index: window.navigation?.currentEntry?.index }
  window.addEventListener('beforeunload', onUnload)
  document.addEventListener('click', onClick, { capture: true })
  window.navigation?.addEventListener('navigate', onTraversing)
}

function unwatch() {
  window.removeEventListener('beforeunload', onUnload)
  document.removeEventListener('click', onClick, { capture: true })
  window.navigation?.removeEventListener('navigate', onTraversing)
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

/** Before the address changes; a browser lets a page hold somebody back once for each thing they did on it. */
function onTraversing(event: NavigateEvent) {
  const { navigationType, cancelable, destination } = event
  if (navigationType !== 'traverse' || !cancelable || new URL(destination.url).pathname === from?.path) return
  agreed = mayLeave()
  if (!agreed) event.preventDefault()
}

/** Where that was not possible the address has changed: staying means going the same way back, unseen by the router. */
function onTraversed(event: PopStateEvent) {
  const leaves = held.size > 0 && from !== undefined && location.pathname !== from.path && !agreed
  agreed = false
  if (returning) {
    returning = false
    event.stopImmediatePropagation()
  } else if (leaves && !mayLeave()) {
    returning = true
    event.stopImmediatePropagation()
    const here = window.navigation?.currentEntry?.index
    history.go(from?.index !== undefined && here !== undefined && here !== from.index ? from.index - here : 1)
  }
}
