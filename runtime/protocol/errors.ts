/** A request that cannot be served as asked. The message is for the caller; status and Retry-After go with it. */
export class InferenceError extends Error {
  readonly status: number
  readonly retryAfterSeconds: number

  constructor(status: number, message: string, retryAfterSeconds = 0) {
    super(message)
    this.name = 'InferenceError'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const invalid = (message: string): InferenceError => new InferenceError(400, message)

/** Errors become text with a bounded length: a hostile tensor name must not fill the log or the answer. */
export const errorBody = (message: string): string =>
  JSON.stringify({ error: message.length > 2000 ? `${message.slice(0, 2000)}…` : message })

export const quoted = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)
