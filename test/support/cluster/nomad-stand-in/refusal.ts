/** An error answer of Nomad: a status and a plain text. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  /** `body` is sent as JSON in place of the text. */
  constructor(status: number, text: string, body?: unknown) {
    super(text);
    this.status = status;
    this.body = body;
  }
}

export const missing = (what: string): Refusal => new Refusal(404, `${what} not found`);
