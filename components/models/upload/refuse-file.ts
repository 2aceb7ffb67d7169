/** Saves people an upload that can only be refused; what passes is still checked by the server. */
const starts: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [[0x1f, 0x8b], 'a gzip archive'],
  [[0x80, 0x02], 'a Python pickle'],
  [[0x80, 0x04], 'a Python pickle'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file'],
]

export async function refuseBeforeSending(file: Blob & { name: string }): Promise<string | null> {
  if (file.size === 0) return `${file.name} is empty. Export the model again.`
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer())
  const known = starts.find(([bytes]) => bytes.every((byte, place) => head[place] === byte))
  if (known)
    return `${file.name} is ${known[1]}, not an ONNX model. Export the model to ONNX and choose the .onnx file.`
  return null
}
