/**
 * From what a person asks to what it means: the place it changes, what will be true, the verdict. Reads, never
 * writes; the form's preview and the submission both stand on it.
 */
import { Signature } from '../../../contracts/models.ts'
import { Environment, ModelName, NamespaceName, namespaceName, Sha256 } from '../../../contracts/names.ts'
import { Allowances } from '../../../contracts/people.ts'
import type { Policy } from '../../../contracts/platform/policy.ts'
import { type Amounts, amountsOf, combine, noAmounts, subtract } from '../../../contracts/quantity.ts'
import { type RequestDraft, type Traffic, usualLimits } from '../../../contracts/requests/drafts.ts'
import type { Verdict } from '../../../contracts/requests.ts'
import type { Database, Transaction } from '../../../database/database.ts'
import { failure, invalid, notFound } from '../../../errors.ts'
import { judgeQuota, judgeServing } from '../../policy/policy.ts'
import { openTeam } from '../../teams/teams.ts'
import { committed, heldBy } from './claims.ts'
import type { Desired, DesiredModel } from './desired.ts'
import { servingBefore, servingNow } from './history.ts'
import { titleFor } from './titles.ts'

export type Plan = {
  team: { id: string; slug: string; name: string; costCentre: string }
  environment: Environment
  namespace: NamespaceName
  model: ModelName | null
  title: string
  desired: Desired
  verdict: Verdict
  /** What it would add to the team's committed amounts while it is open. */
  growth: Amounts
}

type Place = Pick<Plan, 'environment' | 'namespace' | 'model'>

export async function plan(db: Database | Transaction, draft: RequestDraft, policy: Policy): Promise<Plan> {
  const team = await db.team.findUnique({ where: { slug: draft.team } })
  if (!team) throw notFound('This team')
  openTeam(team)
  const allowances = Allowances.parse(team.allowances)

  const quotaPlan = async (place: Place, now: Amounts, after: Amounts, desired: Desired): Promise<Plan> => ({
    ...place,
    team,
    title: titleFor(draft, place, now, after),
    desired,
    verdict: judgeQuota({
      policy,
      teamName: team.name,
      environment: place.environment,
      allowance: allowances[place.environment],
      committed: await committed(db, team, place.environment),
      now,
      after,
      used: null,
    }),
    growth: combine(subtract(after, now), noAmounts, Math.max),
  })

  const servingPlan = (place: Place, desired: Desired): Plan => ({
    ...place,
    team,
    title: titleFor(draft, place),
    desired,
    verdict: judgeServing({ policy, environment: place.environment, teamName: team.name }),
    growth: noAmounts,
  })

  switch (draft.kind) {
    case 'namespace.create': {
      const namespace = namespaceName(team.slug, draft.environment, draft.purpose)
      if (await db.namespaceClaim.findUnique({ where: { name: namespace } })) throw nameTaken(namespace)
      const quota = amountsOf(draft.quota)
      return quotaPlan({ environment: draft.environment, namespace, model: null }, noAmounts, quota, {
        kind: 'namespace',
        quota,
      })
    }
    case 'namespace.change': {
      const claim = await claimOf(db, team.slug, draft.namespace)
      const quota = amountsOf(draft.quota)
      return quotaPlan(placeOf(claim), heldBy(claim), quota, { kind: 'namespace', quota })
    }
    case 'namespace.delete': {
      const claim = await claimOf(db, team.slug, draft.namespace)
      await demandNoneComing(db, draft.namespace)
      const serving = await modelsServedIn(db, draft.namespace)
      if (serving.length > 0) {
        throw failure(
          'policy_refused',
          `${serving.join(', ')} still serve in ${draft.namespace}.`,
          'Undeploy the models first, then delete the namespace.',
        )
      }
      return quotaPlan(placeOf(claim), heldBy(claim), noAmounts, { kind: 'nothing' })
    }
    case 'model.deploy':
    case 'model.change': {
      const place = { ...placeOf(await stayingClaimOf(db, team.slug, draft.namespace)), model: draft.model }
      const serving = await servingNow(db, place.namespace, place.model)
      if (draft.kind === 'model.deploy' && serving?.kind === 'model') {
        throw failure(
          'name_taken',
          `${draft.model} already serves in ${draft.namespace}.`,
          'Open the deployment and change its versions there.',
        )
      }
      if (draft.kind === 'model.change' && serving?.kind !== 'model')
        throw notFound(`A deployment of ${draft.model} in ${draft.namespace}`)
      return servingPlan(
        place,
        await desiredModel(db, team.id, place.model, draft.traffic, draft.limits ?? limitsOf(serving)),
      )
    }
    case 'model.undeploy': {
      const place = { ...placeOf(await claimOf(db, team.slug, draft.namespace)), model: draft.model }
      if ((await servingNow(db, place.namespace, place.model))?.kind !== 'model')
        throw notFound(`A deployment of ${draft.model} in ${draft.namespace}`)
      return servingPlan(place, { kind: 'nothing' })
    }
    case 'model.rollback': {
      const place = { ...placeOf(await stayingClaimOf(db, team.slug, draft.namespace)), model: draft.model }
      const before = await servingBefore(db, place.namespace, place.model, draft.undo)
      if (!before) {
        throw failure(
          'wrong_state',
          `There is no earlier state of ${draft.model} in ${draft.namespace} to return to.`,
          'Undeploy the model, or change its versions.',
        )
      }
      return servingPlan(place, before)
    }
  }
}

/** One that was made before there were usual limits goes on without, until somebody asks for some. */
const limitsOf = (serving: Desired | undefined): DesiredModel['limits'] =>
  serving?.kind === 'model' ? serving.limits : usualLimits

const nameTaken = (namespace: string) =>
  failure(
    'name_taken',
    `A namespace named ${namespace} exists already.`,
    'Choose another purpose, or ask for more quota in the one that exists.',
    {
      fields: [{ field: 'purpose', message: `${namespace} exists already.` }],
    },
  )

async function claimOf(db: Database | Transaction, team: string, namespace: string) {
  const claim = await db.namespaceClaim.findUnique({ where: { name: namespace } })
  if (!claim || claim.teamSlug !== team) throw notFound(`The namespace ${namespace}`)
  return claim
}

/** A model that is merged into a namespace on its way out could never be applied. */
async function stayingClaimOf(db: Database | Transaction, team: string, namespace: string) {
  const claim = await claimOf(db, team, namespace)
  const leaving = await db.request.findFirst({
    where: { namespace, kind: 'namespace.delete', openTarget: { not: null } },
    select: { number: true },
  })
  if (!leaving) return claim
  throw failure(
    'wrong_state',
    `Request #${leaving.number} asks to delete ${namespace}.`,
    'Choose another namespace, or withdraw that request first.',
  )
}

async function demandNoneComing(db: Database | Transaction, namespace: string): Promise<void> {
  const coming = await db.request.findMany({
    where: { namespace, kind: { in: ['model.deploy', 'model.change', 'model.rollback'] }, openTarget: { not: null } },
    select: { number: true },
    orderBy: { number: 'asc' },
    take: 10,
  })
  if (coming.length === 0) return
  throw failure(
    'wrong_state',
    `Models are asked for in ${namespace} (${coming.map((each) => `#${each.number}`).join(', ')}).`,
    'Wait until that is done and undeploy them, or withdraw the requests; then delete the namespace.',
  )
}

const placeOf = (claim: { name: string; environment: string }): Place => ({
  environment: Environment.parse(claim.environment),
  namespace: NamespaceName.parse(claim.name),
  model: null,
})

async function modelsServedIn(db: Database | Transaction, namespace: NamespaceName): Promise<string[]> {
  const names = await db.request.findMany({
    where: { namespace, model: { not: null } },
    distinct: ['model'],
    select: { model: true },
  })
  const serving: string[] = []
  for (const { model } of names) {
    if (model && (await servingNow(db, namespace, ModelName.parse(model)))?.kind === 'model') serving.push(model)
  }
  return serving
}

async function desiredModel(
  db: Database | Transaction,
  teamId: string,
  name: ModelName,
  traffic: Traffic,
  limits: DesiredModel['limits'],
): Promise<DesiredModel> {
  const model = await db.model.findUnique({
    where: { teamId_name: { teamId, name } },
    include: { versions: { where: { version: { in: traffic.map((each) => each.version) } } } },
  })
  if (!model) throw notFound(`The model ${name}`)
  const versions = traffic.map((each, index) => {
    const found = model.versions.find((row) => row.version === each.version)
    if (!found) throw invalid(`traffic.${index}.version`, `${name} has no version ${each.version}.`)
    return { found, each }
  })
  return {
    kind: 'model',
    versions: versions.map(({ found, each }) => ({
      version: found.version,
      digest: Sha256.parse(found.digest),
      weight: each.weight,
      shadow: each.shadow,
    })),
    limits,
    labels: versions[0] ? Signature.parse(versions[0].found.signature).labels : [],
  }
}
