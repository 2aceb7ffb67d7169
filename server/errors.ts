/** Every failure the portal can explain, as one closed union. Thrown once, logged once, shown with what to do next. */
import { type ErrorCode, errorCodes, type FieldError } from './contracts/problem.ts'

export type Explanation = {
  /** What happened, and why. */
  detail: string
  /** What to do next. */
  remedy: string
  fields?: FieldError[]
  retryAfterSeconds?: number
  cause?: unknown
}

// Next.js bundles this file more than once; an error of one bundle is still one for the others.
const brand = Symbol.for('modelyard.PortalError')
const isBranded = (value: unknown): value is object => typeof value === 'object' && value !== null && brand in value

export class PortalError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value)
  }

  readonly [brand] = true
  readonly code: ErrorCode
  readonly explanation: Explanation

  constructor(code: ErrorCode, explanation: Explanation) {
    super(explanation.detail, { cause: explanation.cause })
    this.name = 'PortalError'
    this.code = code
    this.explanation = explanation
  }

  get status(): number {
    return errorCodes[this.code]
  }
}

export const failure = (code: ErrorCode, detail: string, remedy: string, more: Partial<Explanation> = {}) =>
  new PortalError(code, { ...more, detail, remedy })

export const invalid = (field: string, message: string) =>
  failure('invalid_input', message, 'Correct the field and send it again.', { fields: [{ field, message }] })

export const notFound = (what: string) =>
  failure(
    'not_found',
    `${what} does not exist, or you may not see it.`,
    'Check the name, or ask a maintainer of the team for access.',
  )

/** An outside system did not answer as it should; `what` names it for people. */
export class IntegrationError extends PortalError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value) && 'integration' in value
  }

  readonly integration: string

  constructor(integration: string, explanation: Explanation) {
    super('integration_unavailable', explanation)
    this.name = 'IntegrationError'
    this.integration = integration
  }
}
