/** `npm run config`: what is in force; `npm run config -- --help`: every setting with its meaning and default. */
import { parseArgs } from 'node:util'
import { ConfigError, describeSettings, readConfig, secretSettings } from '../../server/config.ts'

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } })

if (values.help) {
  console.log('Settings of the portal, taken from the environment:\n')
  for (const { name, meaning, byDefault, required } of describeSettings()) {
    const note = required ? 'required' : byDefault === undefined ? 'not set by default' : `default ${byDefault}`
    console.log(`${name}\n    ${meaning}\n    (${note})`)
  }
} else {
  try {
    const config = new Map<string, unknown>(Object.entries(readConfig()))
    const secrets = new Set<string>(secretSettings)
    for (const { name } of describeSettings()) {
      const value = config.get(name)
      const shown = typeof value === 'object' ? JSON.stringify(value) : String(value)
      console.log(`${name}=${value === undefined ? '(not set)' : secrets.has(name) ? '(set, not shown)' : shown}`)
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    console.error('npm run config -- --help says what each setting means.')
    process.exit(1)
  }
}
