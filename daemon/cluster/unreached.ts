/** Why somebody who was asked over HTTP was not reached, in words that hold nothing of what was sent. */
export function whyUnreached(error: unknown, patienceMs: number): string {
  if (!(error instanceof Error)) return "it could not be asked";
  if (error.name === "TimeoutError") return `no answer within ${patienceMs / 1000} s`;
  // The message of fetch itself can repeat a header, and with it a token; what caused it is of the connection alone.
  return error.cause instanceof Error ? error.cause.message || codeOf(error.cause) : "it could not be asked";
}

/** Where several addresses were tried there is no message. */
function codeOf(cause: Error): string {
  return "code" in cause ? String(cause.code) : "it could not be asked";
}
