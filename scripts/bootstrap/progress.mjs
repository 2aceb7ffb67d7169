/** One line when something takes time, and how long it took. Nothing for what was already done. */
export async function step(title, work) {
  const started = Date.now()
  console.error(`… ${title}`)
  const result = await work()
  console.error(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  return result
}
