/** Puts the demo's teams and sample models in place. May be run again at any time: what is there stays as it is. */
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { ModelName, TeamSlug } from '../contracts/names.ts'
import { Allowances } from '../contracts/people.ts'
import { gibibyte } from '../contracts/quantity.ts'
import { systemActor } from '../permissions/actor.ts'
import { createServices } from '../wiring.ts'

const actor = systemActor('Demo seed')
const samples = join(import.meta.dirname, '../../runtime/samples')

const gib = (count: number) => count * gibibyte
const presets = {
  ml: { cpu: 20_000, memory: gib(64), gpu: 4, storage: gib(200) },
  data: { cpu: 16_000, memory: gib(48), gpu: 0, storage: gib(1024) },
}
const everywhere = (amounts: (typeof presets)['ml']) =>
  Allowances.parse({ dev: amounts, staging: amounts, prod: amounts })

const teams = [
  {
    slug: 'ml',
    name: 'Machine learning',
    costCentre: 'CC-1200',
    onCall: '#ml-on-call',
    allowances: everywhere(presets.ml),
  },
  { slug: 'data', name: 'Data', costCentre: 'CC-1300', onCall: '#data-on-call', allowances: everywhere(presets.data) },
]

const models = [
  { name: 'sentiment', description: 'Is a review positive or negative?' },
  { name: 'churn-risk', description: 'Will a customer leave within the quarter?' },
  { name: 'digits', description: 'Which digit is drawn on an 8 by 8 grid?' },
  { name: 'iris', description: 'Which iris has petals and sepals of these sizes?' },
]

const services = await createServices(readConfig())
for (const team of teams) {
  await services.db.team.upsert({ where: { slug: team.slug }, create: team, update: {} })
}
for (const model of models) {
  const place = { team: TeamSlug.parse('ml'), model: ModelName.parse(model.name) }
  const known = await services.db.model.findFirst({
    where: { name: model.name, team: { slug: 'ml' } },
    include: { versions: true },
  })
  if (!known)
    await services.models.create(actor, { team: place.team, name: place.model, description: model.description })
  for (const version of (await readdir(join(samples, model.name))).filter((name) => /^\d+$/.test(name)).sort()) {
    if (known?.versions.some((each) => each.version === Number(version))) continue
    await services.models.upload(
      actor,
      { ...place, notes: 'Sample' },
      createReadStream(join(samples, model.name, version, 'model.onnx')),
    )
  }
}
await services.queue.stop()
await services.db.$disconnect()
process.stdout.write(`${JSON.stringify({ seeded: { teams: teams.length, models: models.length } })}\n`)
