/** An SVG path through the points; it breaks where nothing was measured. Null when there is nothing to draw. */
export function sparklinePath(
  points: readonly (readonly [number, number | null])[],
  width: number,
  height: number,
): string | null {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]))
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || values.length < 2 || values.every((value) => value === 0)) return null
  const span = last[0] - first[0] || 1
  const low = Math.min(0, ...values)
  const high = Math.max(...values)
  const y = (value: number) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4)
  let pen = 'M'
  const steps = points.map(([at, value]) => {
    if (value === null) {
      pen = 'M'
      return ''
    }
    const step = `${pen}${(((at - first[0]) / span) * width).toFixed(1)} ${y(value).toFixed(1)}`
    pen = 'L'
    return step
  })
  return steps.join('')
}
