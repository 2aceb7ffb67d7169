type Status = {
  code?: number
  reason?: string
  message?: string
  details?: { causes?: { field?: string; message?: string }[] }
}

const isStatus = (value: unknown): value is Status => typeof value === 'object' && value !== null

/** A refusal by the API server, with the reason and message it gave. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }

  static from(code: number, body: string): ApiError {
    try {
      const parsed: unknown = JSON.parse(body)
      if (isStatus(parsed)) return new ApiError(parsed.code ?? code, parsed.reason ?? '', parsed.message ?? body)
    } catch {
      // Not a Status object: a proxy or a crashed server answered in plain text.
    }
    return new ApiError(code, '', body.slice(0, 500) || `the API server answered ${code}`)
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.code === 409
export const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 410
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
