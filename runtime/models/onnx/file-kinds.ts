/** Files that are often mistaken for a model, by their first bytes, so that the refusal can say what was uploaded. */
const EXPORT_IT = 'Export the model to ONNX (torch.onnx.export, skl2onnx, tf2onnx, optimum-cli) and upload that file.'

type FileKind = { start: readonly number[]; what: string; remedy: string }

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))

const kinds: readonly FileKind[] = [
  { start: ascii('PK\x03\x04'), what: 'a ZIP archive, as PyTorch, Keras and NumPy save them', remedy: EXPORT_IT },
  { start: [0x1f, 0x8b], what: 'a gzip archive', remedy: 'Unpack it and upload the .onnx file inside.' },
  { start: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG image', remedy: EXPORT_IT },
  { start: [0xff, 0xd8, 0xff], what: 'a JPEG image', remedy: EXPORT_IT },
  { start: [0x89, 0x48, 0x44, 0x46], what: 'an HDF5 file, as Keras saves them', remedy: EXPORT_IT },
  { start: [0x80, 0x04, 0x95], what: 'a Python pickle', remedy: EXPORT_IT },
  { start: [0x80, 0x02], what: 'a Python pickle', remedy: EXPORT_IT },
  { start: ascii('GGUF'), what: 'a GGUF file', remedy: EXPORT_IT },
  { start: ascii('%PDF'), what: 'a PDF document', remedy: EXPORT_IT },
  { start: [0x7f, 0x45, 0x4c, 0x46], what: 'a program', remedy: EXPORT_IT },
  {
    start: ascii('version https://git-lfs'),
    what: 'a Git LFS pointer, not the file it stands for',
    remedy: 'Run `git lfs pull` and upload the file that replaces the pointer.',
  },
]

export const recognise = (bytes: Uint8Array): { what: string; remedy: string } | undefined => {
  const kind = kinds.find(({ start }) => start.every((byte, at) => bytes[at] === byte))
  if (kind) return kind
  const printable =
    bytes.length > 0 && bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
  return printable ? { what: 'text', remedy: EXPORT_IT } : undefined
}
