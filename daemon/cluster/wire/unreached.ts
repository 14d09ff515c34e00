/** Describes why an HTTP request did not reach a server. The description contains no part of the request. */
export function whyUnreached(error: unknown, patienceMs: number): string {
  if (!(error instanceof Error)) return "it could not be asked";
  if (error.name === "TimeoutError") return `no answer within ${patienceMs / 1000} s`;
  // The error message of `fetch` may contain a header with a token. The error's field `cause` describes only the connection.
  return error.cause instanceof Error ? error.cause.message || codeOf(error.cause) : "it could not be asked";
}

/** Returns the code of an error that has no message. The error after failed attempts at several addresses has no message. */
function codeOf(cause: Error): string {
  return "code" in cause ? String(cause.code) : "it could not be asked";
}
