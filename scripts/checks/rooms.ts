// Who may enter which room: a file belongs to the first room whose pattern fits its path, and imports from its own room
// and those listed. docs/architecture.md tells the reasons.
export interface Room {
  name: string
  files: RegExp
  mayEnter: string[]
  /** Packages that have no business here. */
  without?: RegExp
}

const screens = /^(react|react-dom|next|@mantine\/.*|@tanstack\/.*)(\/|$)/
// Where a request of Next's becomes an actor and input, Next is known.
const screensButNext = /^(react|react-dom|@mantine\/.*|@tanstack\/.*)(\/|$)/
const machine = /^(node:|pg$|pg-boss|pino|@prisma\/|@kubernetes\/|@octokit\/|@aws-sdk\/|onnxruntime-node)/
const ground = ['contracts', 'inference contract', 'ports', 'database', 'permissions', 'server basics']

export const rooms: Room[] = [
  { name: 'api', files: /^app\/(api|docs)\//, mayEnter: ['http', 'contracts', 'wiring'] },
  {
    name: 'app',
    files: /^(app\/|(proxy|instrumentation|instrumentation-client)\.ts$)/,
    mayEnter: ['components', 'contracts', 'http', 'wiring', 'server basics'],
  },
  { name: 'components', files: /^components\//, mayEnter: ['contracts', 'inference contract'], without: machine },

  { name: 'inference contract', files: /^server\/contracts\/inference\//, mayEnter: [], without: machine },
  { name: 'contracts', files: /^server\/contracts\//, mayEnter: ['inference contract'], without: machine },
  {
    name: 'ports',
    files: /^server\/ports\//,
    mayEnter: ['contracts', 'inference contract', 'server basics'],
    without: screens,
  },
  { name: 'database', files: /^server\/database\//, mayEnter: ['server basics'], without: screens },
  { name: 'permissions', files: /^server\/permissions\//, mayEnter: ['contracts', 'server basics'], without: screens },
  { name: 'domains', files: /^server\/domains\//, mayEnter: [...ground, 'jobs'], without: screens },
  { name: 'jobs', files: /^server\/jobs\//, mayEnter: [...ground, 'domains'], without: screens },
  {
    name: 'http',
    files: /^server\/http\//,
    mayEnter: [...ground, 'domains', 'jobs', 'wiring'],
    without: screensButNext,
  },
  { name: 'adapters', files: /^server\/adapters\//, mayEnter: [...ground, 'model files'], without: screens },
  // Where everything is put together, and what stands in for it in tests.
  {
    name: 'wiring',
    files: /^server\/(wiring|foundation|housekeeping|worker|config)(\.ts$|\/)|^server\/(seed|testing)\//,
    mayEnter: [...ground, 'domains', 'jobs', 'http', 'adapters', 'model files'],
    without: screens,
  },
  {
    name: 'server basics',
    files: /^server\/([^/]+\.ts$|logging\/|config\/)/,
    mayEnter: ['contracts'],
    without: screens,
  },

  // What measures the runtime writes its figures down; the runtime itself never does.
  { name: 'performance page', files: /^scripts\/bench\/section\./, mayEnter: [] },
  {
    name: 'runtime measured',
    files: /^runtime\/(bench|hostile|soak)\//,
    mayEnter: ['runtime', 'inference contract', 'model files', 'performance page'],
    without: screens,
  },
  { name: 'model files', files: /^runtime\/models\//, mayEnter: ['inference contract', 'runtime'], without: screens },
  { name: 'runtime', files: /^runtime\//, mayEnter: ['inference contract', 'model files'], without: screens },
  { name: 'sandbox', files: /^infra\/sandbox\//, mayEnter: ['inference contract'], without: screens },
  { name: 'cli', files: /^cli\//, mayEnter: ['contracts', 'inference contract'], without: screens },
]

/** Within these rooms there are houses, entered by the file that bears their name, or not at all. */
export const houses = [
  { files: /^server\/domains\/([^/]+)\//, door: (name: string) => `server/domains/${name}/${name}.ts` },
  { files: /^server\/adapters\/([^/]+)\//, door: undefined },
]
