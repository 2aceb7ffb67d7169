import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { detach } from './command/detach.ts'
import { reset } from './command/reset.ts'
import { type StartOptions, start } from './command/start.ts'
import { printStatus } from './command/status.ts'
import { stopDemo } from './command/stop.ts'
import { prepareGivenCluster } from './given-cluster/given-cluster.ts'
import { type ClusterChoice, root } from './installation/installation.ts'

const help = `npm run demo                 starts everything and stays until Ctrl-C
npm run demo -- --detach     starts everything, returns when it answers
npm run demo -- --reset      starts over with nothing kept
npm run demo -- --port 3100  asks for another port for the portal
npm run demo -- --only git,identity
                             starts these parts and what they need
npm run demo -- --real       on Kubernetes' own control plane and Argo CD; builds them the first time
npm run demo -- --kubeconfig FILE [--context NAME] [--git-address ADDRESS] [--yes]
                             on a cluster of yours that has Argo CD; says what it writes there and asks first
npm run demo -- status       says what runs
npm run demo -- stop         stops what runs`

try {
  process.exitCode = await perform(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function perform(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      detach: { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string' },
      only: { type: 'string' },
      real: { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      'git-address': { type: 'string', default: '127.0.0.1' },
      yes: { type: 'boolean', default: false },
      state: { type: 'string', default: join(root, '.modelyard') },
    },
  })
  const verb = positionals[0] ?? 'start'
  const state = resolve(values.state)
  const portalPort = values.port === undefined ? undefined : Number(values.port)
  if (values.help) {
    console.log(help)
    return 0
  }
  if (portalPort !== undefined && !(portalPort > 0 && portalPort < 65_536)) {
    throw new Error(`--port ${values.port} is not a port.`)
  }
  if (verb === 'status') return printStatus(state)
  if (verb === 'stop') return stopDemo(state)
  if (verb !== 'start') throw new Error(`There is no "${verb}".\n${help}`)
  if (values.real && values.kubeconfig) throw new Error('--real and --kubeconfig are two clusters. Choose one.')
  if (values.reset) await reset(state)
  const options: StartOptions = {
    ...{ state, mode: 'production', portalPort, only: values.only?.split(',') },
    cluster: await chooseCluster(state, values),
  }
  return values.detach ? detach(options, args) : start(options)
}

interface ClusterFlags {
  real: boolean
  kubeconfig?: string
  context?: string
  'git-address': string
  yes: boolean
}

async function chooseCluster(state: string, flags: ClusterFlags): Promise<ClusterChoice> {
  const { real, kubeconfig, context, yes } = flags
  if (!kubeconfig) return { kind: real ? 'real' : 'sandbox' }
  const tell = (line: string) => process.env.MODELYARD_AGREED || console.error(line) // said by who started us
  return prepareGivenCluster({ state, file: resolve(kubeconfig), context, gitAddress: flags['git-address'], yes, tell })
}
