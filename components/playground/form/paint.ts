/** One touch of a soft brush: the cell becomes full, its neighbours take some of it, as a pen leaves ink. */
export function paint(cells: readonly number[], side: number, at: number, max: number, erase: boolean): number[] {
  const next = [...cells]
  if (erase) {
    next[at] = 0
    return next
  }
  next[at] = max
  const row = Math.floor(at / side)
  const column = at % side
  const soft = Math.round(max * 0.3 * 100) / 100
  for (const [down, right] of [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ] as const) {
    const inside = row + down >= 0 && row + down < side && column + right >= 0 && column + right < side
    const neighbour = at + down * side + right
    if (inside) next[neighbour] = Math.max(next[neighbour] ?? 0, soft)
  }
  return next
}

/** Where an arrow key leads from a cell, staying inside. */
export function step(at: number, side: number, key: string): number | null {
  const row = Math.floor(at / side)
  const column = at % side
  if (key === 'ArrowUp') return row > 0 ? at - side : at
  if (key === 'ArrowDown') return row < side - 1 ? at + side : at
  if (key === 'ArrowLeft') return column > 0 ? at - 1 : at
  if (key === 'ArrowRight') return column < side - 1 ? at + 1 : at
  return null
}
