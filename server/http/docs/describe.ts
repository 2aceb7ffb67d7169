/** The API in words and tables, for the page that people read. */
import { type ErrorCode, errorCodes } from '../../contracts/problem.ts'
import { type Rule, ruleOf } from '../../permissions/table.ts'
import { catalogue } from '../catalogue.ts'
import { type FieldDescription, fieldsOf } from './fields.ts'
import { errorsOf } from './openapi.ts'

export type EndpointDescription = {
  name: string
  method: string
  path: string
  summary: string
  /** Who may call it, in words. */
  who: string
  /** The scope a token needs; null where no token will do. */
  tokenScope: string | null
  fields: FieldDescription[]
  errors: { code: ErrorCode; status: number }[]
}

export type ApiDescription = { groups: { title: string; endpoints: EndpointDescription[] }[] }

export function describeApi(): ApiDescription {
  const groups = Map.groupBy(catalogue, (entry) => entry.group)
  return {
    groups: [...groups].map(([title, entries]) => ({
      title,
      endpoints: entries.map(({ name, contract }) => {
        const rule = ruleOf(contract.action)
        return {
          name,
          method: contract.method,
          path: contract.path,
          summary: contract.summary,
          who: rule ? whoMay(rule) : 'Nobody',
          tokenScope: rule?.token ?? null,
          fields: fieldsOf(contract),
          errors: errorsOf(contract).map((code) => ({ code, status: errorCodes[code] })),
        }
      }),
    })),
  }
}

function whoMay({ scope, team, platform }: Rule): string {
  if (scope === 'anyone_signed_in') return 'Everybody who is signed in'
  const people = [...team.map((role) => `${role} of the team`), ...platform.map((role) => `platform ${role}`)]
  const text = people.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
