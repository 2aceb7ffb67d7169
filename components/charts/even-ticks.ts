const steps = [1, 2, 2.5, 5, 10]

/** From nothing to at least `most`, in a few equal steps that people count in. */
export function evenTicks(most: number, parts = 3): number[] {
  if (!(most > 0)) return [0, 1]
  const rough = most / parts
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = (steps.find((each) => each * magnitude >= rough * 0.999) ?? 10) * magnitude
  const count = Math.ceil((most / step) * 0.999)
  // Rounded, because 3 × 0.1 is not 0.3 to a computer.
  return Array.from({ length: count + 1 }, (_, place) => Number((place * step).toPrecision(12)))
}
