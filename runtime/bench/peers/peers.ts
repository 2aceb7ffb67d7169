/** What others would reach for, each as well as we can start it, and in several variants where no one is always best. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonWith, run } from '../../conformance/python.ts'
import { type Foreign, freePort } from '../servers.ts'
import { bodyOf, type Kind, plainBodyOf, type Workload } from '../workloads.ts'

export interface Variant {
  name: string
  prepare: (place: Place) => Promise<Foreign>
}

export interface Place {
  workload: Workload
  /** The model's file. */
  model: string
  /** An empty folder. */
  folder: string
  python: string
}

export interface Peer {
  name: string
  python: () => Promise<string>
  variants: (workload: Workload) => Variant[]
}

const here = import.meta.dirname
const INFER = '/v2/models/model/infer'

const uvicornFlags = ['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'error']

interface FastApiVariant {
  name: string
  workers: number
  env: Record<string, string>
}

const fastApiVariants: FastApiVariant[] = [
  { name: '1 worker', workers: 1, env: {} },
  { name: '2 workers', workers: 2, env: {} },
  { name: '2 workers, io-binding', workers: 2, env: { BINDING: '1' } },
  { name: '1 worker, def in threads', workers: 1, env: { HANDLER: 'def' } },
  { name: '1 worker, 2 threads a run', workers: 1, env: { THREADS: '2' } },
]

const fastApi: Peer = {
  name: 'FastAPI',
  python: () => pythonWith(join(here, 'fastapi/requirements.txt')),
  variants: () =>
    fastApiVariants.map(({ name, workers, env }) => ({
      name: `FastAPI, ${name}`,
      prepare: async ({ workload, model, python }) => {
        const port = String(await freePort())
        const flags = ['--host', '127.0.0.1', '--port', port, '--workers', String(workers), ...uvicornFlags]
        return {
          name: `FastAPI, ${name}`,
          command: python,
          args: ['-m', 'uvicorn', 'fastapi_peer:app', ...flags],
          cwd: join(here, 'fastapi'),
          env: { MODEL: model, ...env },
          url: `http://127.0.0.1:${port}`,
          ready: '/ready',
          ask: (kind) => ({ path: INFER, body: bodyOf(workload, kind) }),
        }
      },
    })),
}

/** MLServer takes numbers as JSON alone: the binary extension is not in its HTTP server. */
const jsonAlone = (workload: Workload) => (kind: Kind) =>
  kind === 'JSON' ? { path: INFER, body: bodyOf(workload, kind) } : undefined

const mlServer = (name: string, settings: (place: Place) => Promise<Record<string, unknown>>): Variant => ({
  name,
  prepare: async (place) => {
    const port = await freePort()
    const models = join(place.folder, 'model')
    await mkdir(models, { recursive: true })
    await writeFile(
      join(place.folder, 'settings.json'),
      JSON.stringify({
        debug: false,
        // In the serving process itself, which is faster here than handing the request to another.
        parallel_workers: 0,
        host: '127.0.0.1',
        http_port: port,
        grpc_port: await freePort(),
        metrics_endpoint: null,
      }),
    )
    await writeFile(join(models, 'model-settings.json'), JSON.stringify({ name: 'model', ...(await settings(place)) }))
    return {
      name,
      command: join(place.python, '..', 'mlserver'),
      args: ['start', place.folder],
      env: { PYTHONPATH: join(here, 'mlserver') },
      url: `http://127.0.0.1:${port}`,
      ready: '/v2/models/model/ready',
      ask: jsonAlone(place.workload),
    }
  },
})

const mlServerPeer: Peer = {
  name: 'MLServer',
  python: () => pythonWith(join(here, 'mlserver/requirements.txt')),
  variants: ({ layers, name }) => {
    const onnx = mlServer('MLServer, onnxruntime', async ({ model }) => ({
      implementation: 'onnx_model.OnnxModel',
      parameters: { uri: model },
    }))
    if (layers === undefined || name === 'big') return [onnx]
    const sklearn = mlServer('MLServer, scikit-learn', async ({ folder, python }) => {
      const file = join(folder, 'model.joblib')
      const code = await run(python, [join(here, 'mlserver/make_sklearn.py'), file, ...layers.map(String)], {
        quiet: true,
      })
      if (code !== 0) throw new Error('the scikit-learn model could not be made')
      return { implementation: 'mlserver_sklearn.SKLearnModel', parameters: { uri: file } }
    })
    return [onnx, sklearn]
  },
}

const bentoMl: Peer = {
  name: 'BentoML',
  python: () => pythonWith(join(here, 'bentoml/requirements.txt')),
  variants: () => [
    {
      name: 'BentoML, 2 workers',
      prepare: async ({ workload, model, python, folder }) => {
        const port = String(await freePort())
        const text = workload.input.datatype === 'BYTES'
        return {
          name: 'BentoML, 2 workers',
          command: join(python, '..', 'bentoml'),
          args: ['serve', 'service:Service', '--host', '127.0.0.1', '--port', port],
          cwd: join(here, 'bentoml'),
          env: { MODEL: model, WORKERS: '2', BENTOML_DO_NOT_TRACK: '1', BENTOML_HOME: folder },
          url: `http://127.0.0.1:${port}`,
          ready: '/readyz',
          ask: (kind) => {
            if (kind === 'binary' && text) return undefined
            const path = kind === 'binary' ? '/bytes' : text ? '/texts' : '/numbers'
            return { path, body: plainBodyOf(workload, kind) }
          },
        }
      },
    },
  ],
}

export const FAST_API = fastApi.name
export const peers: Peer[] = [fastApi, mlServerPeer, bentoMl]
