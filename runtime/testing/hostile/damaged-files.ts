/** Files that are no models, and models that something has happened to. */
import { addOne, encode } from '../onnx-writer.ts'
import { contained, dice, type HostileModel, refused } from './hostile-model.ts'

const strangers: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'one-zero': Buffer.alloc(1),
  zeroes: Buffer.alloc(4096),
  ones: Buffer.alloc(4096, 0xff),
  text: Buffer.from('import torch\nprint("hello")\n'),
  json: Buffer.from('{"model": true}'),
  html: Buffer.from('<!doctype html><script>alert(1)</script>'),
  zip: Buffer.from('PK\x03\x04\x14\x00\x00\x00\x08\x00model', 'latin1'),
  png: Buffer.from('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', 'latin1'),
  gzip: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  pickle: Buffer.from([0x80, 0x04, 0x95, 0x0a, 0, 0, 0, 0]),
  elf: Buffer.from('\x7fELF\x02\x01\x01', 'latin1'),
  hdf5: Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
  'lfs-pointer': Buffer.from('version https://git-lfs.example/spec/v1\noid sha256:0000\nsize 4\n'),
  'endless-varint': Buffer.alloc(64, 0x80),
  'other-message': encode([
    [1, 'name'],
    [2, 'value'],
  ]),
  'length-beyond-any-file': Buffer.from([0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
  'version-without-graph': encode([[1, 8]]),
  'field-zero': Buffer.from([0x08, 8, 0x00, 0x00]),
  'unfinished-group': Buffer.from([0x08, 8, 0x3b, 0x01]),
}

/** Cut short, as an upload that broke off leaves them. */
const cut = (): HostileModel[] => {
  const whole = addOne(8)
  return [0.3, 0.5, 0.7, 0.9, 0.99].map((share) =>
    contained(`cut-at-${share * 100}`, whole.subarray(0, Math.floor(whole.length * share))),
  )
}

/** A few bytes flipped, as a bad disk or a fuzzer leaves them. */
const flipped = (count: number): HostileModel[] =>
  Array.from({ length: count }, (_, at) => {
    const roll = dice(1000 + at)
    const bytes = Buffer.from(addOne(8, { 'modelyard.labels': '["a","b"]' }))
    for (let times = 0; times <= at % 6; times += 1) bytes[roll(bytes.length)] = roll(256)
    return contained(`flipped-${at}`, bytes)
  })

/** Pieces taken out, doubled or moved. */
const spliced = (count: number): HostileModel[] =>
  Array.from({ length: count }, (_, at) => {
    const roll = dice(9000 + at)
    const whole = addOne(8)
    const [from, length] = [roll(whole.length), 1 + roll(24)]
    const piece = whole.subarray(from, from + length)
    const parts =
      at % 2 === 0
        ? [whole.subarray(0, from), whole.subarray(from + length)]
        : [whole.subarray(0, from), piece, whole.subarray(from)]
    return contained(`spliced-${at}`, Buffer.concat(parts))
  })

export const damagedFiles = (): HostileModel[] => [
  ...Object.entries(strangers).map(([name, bytes]) => refused(name, bytes)),
  ...cut(),
  ...flipped(40),
  ...spliced(20),
]
