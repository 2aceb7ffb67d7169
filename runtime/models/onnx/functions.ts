/** Functions a model brings along are unfolded when it is loaded: a few kilobytes of them can mean endless work. */
import type { GraphFacts } from './graph.ts'

export type ModelFunction = { key: string; facts: GraphFacts }

export type Unfolding = { nodes: number; recursive: string[] }

/** How many nodes the graph has once every call is replaced by the function's body, and which functions call themselves. */
export const unfold = (main: GraphFacts, functions: readonly ModelFunction[]): Unfolding => {
  const bodies = new Map(functions.map((entry) => [entry.key, entry.facts]))
  const sizes = new Map<string, number>()
  const recursive: string[] = []

  // By hand instead of by recursion: a chain of ten thousand functions must not overflow the stack.
  for (const root of bodies.keys()) {
    const path: { key: string; calls: string[] }[] = []
    const onPath = new Set<string>()
    const enter = (key: string): void => {
      onPath.add(key)
      path.push({ key, calls: [...(bodies.get(key)?.operators.keys() ?? [])].filter((call) => bodies.has(call)) })
    }
    if (!sizes.has(root)) enter(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const call = top.calls.pop()
      if (call === undefined) {
        sizes.set(top.key, sizeOf(bodies.get(top.key), sizes))
        onPath.delete(top.key)
        path.pop()
      } else if (onPath.has(call)) recursive.push(call)
      else if (!sizes.has(call)) enter(call)
    }
  }
  return { nodes: sizeOf(main, sizes), recursive: [...new Set(recursive)] }
}

const sizeOf = (facts: GraphFacts | undefined, sizes: ReadonlyMap<string, number>): number => {
  let total = 0
  for (const [call, { count }] of facts?.operators ?? []) total += count * (sizes.get(call) ?? 1)
  return total
}
