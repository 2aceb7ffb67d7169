/**
 * onnxruntime's C API by foreign function interface, from the library that onnxruntime-node ships. Its functions sit in a
 * table whose order is a promise of its makers: new ones are only ever added at the end.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import koffi from 'koffi'

/** The oldest version of the table that has everything used here. */
const API_VERSION = 16

/** Where each function stands in the table, and what it takes. */
const table = {
  getErrorMessage: [2, 'const char *f(void *status)'],
  createEnv: [3, 'void *f(int level, const char *name, void *out)'],
  createSession: [7, 'void *f(void *env, const char *path, void *options, void *out)'],
  run: [
    9,
    'void *f(void *session, void *options, void *inputNames, void *inputs, size_t inputCount, void *outputNames, size_t outputCount, void *outputs)',
  ],
  createSessionOptions: [10, 'void *f(void *out)'],
  setLogSeverity: [22, 'void *f(void *options, int level)'],
  setOptimizationLevel: [23, 'void *f(void *options, int level)'],
  setIntraOpThreads: [24, 'void *f(void *options, int threads)'],
  setInterOpThreads: [25, 'void *f(void *options, int threads)'],
  inputCount: [30, 'void *f(void *session, void *out)'],
  outputCount: [31, 'void *f(void *session, void *out)'],
  inputTypeInfo: [33, 'void *f(void *session, size_t index, void *out)'],
  outputTypeInfo: [34, 'void *f(void *session, size_t index, void *out)'],
  inputName: [36, 'void *f(void *session, size_t index, void *allocator, void *out)'],
  outputName: [37, 'void *f(void *session, size_t index, void *allocator, void *out)'],
  createTensor: [48, 'void *f(void *allocator, void *shape, size_t rank, int type, void *out)'],
  createTensorOver: [
    49,
    'void *f(void *memory, void *data, size_t bytes, void *shape, size_t rank, int type, void *out)',
  ],
  tensorData: [51, 'void *f(void *value, void *out)'],
  stringDataLength: [53, 'void *f(void *value, void *out)'],
  stringContent: [54, 'void *f(void *value, void *text, size_t bytes, void *offsets, size_t count)'],
  asTensorInfo: [55, 'void *f(void *info, void *out)'],
  onnxType: [56, 'void *f(void *info, void *out)'],
  elementType: [60, 'void *f(void *info, void *out)'],
  rank: [61, 'void *f(void *info, void *out)'],
  dimensions: [62, 'void *f(void *info, void *out, size_t rank)'],
  tensorInfo: [65, 'void *f(void *value, void *out)'],
  valueType: [67, 'void *f(void *value, void *out)'],
  createMemoryInfo: [69, 'void *f(int allocator, int kind, void *out)'],
  free: [76, 'void *f(void *allocator, void *memory)'],
  defaultAllocator: [78, 'void *f(void *out)'],
  releaseStatus: [93, 'void f(void *status)'],
  releaseSession: [95, 'void f(void *session)'],
  releaseValue: [96, 'void f(void *value)'],
  releaseTypeInfo: [98, 'void f(void *info)'],
  releaseTensorInfo: [99, 'void f(void *info)'],
  releaseSessionOptions: [100, 'void f(void *options)'],
  stringElementBuffer: [252, 'void *f(void *value, size_t index, size_t bytes, void *out)'],
} as const satisfies Record<string, readonly [number, string]>

type Name = keyof typeof table

export type Pointer = bigint

export interface OrtLibrary {
  /** Calls a function that answers with a status, and throws what the status says. */
  check: (name: Name, ...args: unknown[]) => void
  /** The same on one of libuv's threads. */
  checkElsewhere: (name: Name, ...args: unknown[]) => Promise<void>
  release: (name: Name, pointer: Pointer) => void
  /** Calls a function whose last argument is where to put a pointer, and returns the pointer. */
  pointer: (name: Name, ...args: unknown[]) => Pointer
  number: (name: Name, ...args: unknown[]) => number
  text: (pointer: Pointer) => string
  /** Copies from native memory into one of our arrays, and back. */
  copyOut: (target: Uint8Array, source: Pointer) => void
  copyIn: (target: Pointer, source: Uint8Array) => void
  /** The addresses of buffers, for an array of pointers; the buffers must outlive it. */
  addresses: (buffers: readonly Buffer[]) => BigUint64Array
  allocator: Pointer
  memoryInfo: Pointer
  env: Pointer
}

const libraryPath = (): string => {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const name = process.platform === 'darwin' ? 'libonnxruntime.1.dylib' : 'libonnxruntime.so.1'
  return join(home, 'bin', 'napi-v6', process.platform, process.arch, name)
}

const entryPoint = (): Pointer => {
  const base: unknown = koffi.load(libraryPath()).func('void *OrtGetApiBase()')()
  const getApi: unknown = koffi.decode(base, 'void *')
  const api: unknown = koffi.call(getApi, koffi.proto('void *OrtGetApi(uint32_t version)'), API_VERSION)
  if (typeof api !== 'bigint') throw new Error('onnxruntime has no C API of the version wanted')
  return api
}

/** A slot that native code writes a pointer or a size to. */
const slot = new BigUint64Array(1)
const slotOut = (): bigint => slot[0] ?? 0n

/** A bound function; the callback of `async` comes last. */
interface Native {
  (...args: unknown[]): unknown
  async: (...args: unknown[]) => void
}

const isNative = (value: unknown): value is Native => typeof value === 'function' && 'async' in value

const bindAll = (): Map<string, Native> => {
  const api = entryPoint()
  const bound = new Map<string, Native>()
  for (const [name, [index, signature]] of Object.entries(table)) {
    const address: unknown = koffi.decode(api, index * 8, 'void *')
    const native: unknown = koffi.decode(
      address,
      koffi.proto(signature.replace(' *f(', ` *ort_${name}(`).replace('void f(', `void ort_${name}(`)),
    )
    if (!isNative(native)) throw new Error(`onnxruntime's ${name} cannot be called`)
    bound.set(name, native)
  }
  return bound
}

const open = (): OrtLibrary => {
  if (process.platform === 'win32') throw new Error('not tried on Windows')
  const functions = bindAll()
  const call = (name: Name): Native => {
    const found = functions.get(name)
    if (!found) throw new Error(`onnxruntime's ${name} is not bound`)
    return found
  }
  const memcpy = koffi.load(null).func('void *memcpy(void *to, const void *from, size_t bytes)')
  const message = call('getErrorMessage')
  const releaseStatus = call('releaseStatus')

  const judge = (status: unknown): void => {
    if (status === null || status === 0n || status === undefined) return
    const text = String(message(status))
    releaseStatus(status)
    throw new Error(text)
  }

  const check: OrtLibrary['check'] = (name, ...args) => judge(call(name)(...args))
  const pointer: OrtLibrary['pointer'] = (name, ...args) => {
    check(name, ...args, slot)
    return slotOut()
  }
  const env = pointer('createEnv', 3, 'modelyard')
  return {
    check,
    checkElsewhere: (name, ...args) =>
      new Promise((resolve, reject) => {
        call(name).async(...args, (error: Error | null, status: unknown) => {
          try {
            if (error) throw error
            judge(status)
            resolve()
          } catch (reason) {
            reject(reason)
          }
        })
      }),
    release: (name, target) => {
      call(name)(target)
    },
    pointer,
    number: (name, ...args) => {
      slot[0] = 0n
      check(name, ...args, slot)
      return Number(slotOut())
    },
    text: (target) => String(koffi.decode(target, 'char', -1)),
    copyOut: (target, source) => {
      memcpy(target, source, target.byteLength)
    },
    copyIn: (target, source) => {
      memcpy(target, source, source.byteLength)
    },
    addresses: (buffers) =>
      BigUint64Array.from(buffers, (buffer) => {
        const address: unknown = koffi.address(buffer)
        return typeof address === 'bigint' ? address : 0n
      }),
    env,
    allocator: pointer('defaultAllocator'),
    memoryInfo: pointer('createMemoryInfo', 1, 0),
  }
}

let opened: OrtLibrary | undefined

export const ortLibrary = (): OrtLibrary => {
  opened ??= open()
  return opened
}
