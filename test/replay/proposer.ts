/**
 * A hijacked proposer. It obeys all text it reads and makes every call its key permits. It records its calls
 * and the answers.
 */
import { WebSocket } from "ws";
import type { ProposalInput } from "../../daemon/contract/changes/plan.ts";
import type { Route } from "../../daemon/contract/route.ts";
import { type RouteName, routes } from "../../daemon/contract/routes.ts";

export interface Tried {
  route: RouteName;
  status: number;
  code: string | undefined;
  /** Id of the plan in the answer. */
  planId: string | undefined;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: it reads answers of every route, as a program without our types does.
  body: any;
}

interface Ask {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export class Proposer {
  readonly tried: Tried[] = [];
  /** Every answer as received. */
  readonly heard: string[] = [];
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async ask(name: RouteName, { params = {}, query = "", body, headers = {} }: Ask = {}): Promise<Answer> {
    const { method, path }: Route = routes[name];
    const filled = path.replace(/:(\w+)/g, (_, word: string) => encodeURIComponent(params[word] ?? "n1"));
    const response = await fetch(`${this.#url}${filled}${query}`, {
      method,
      headers: {
        // Send a session cookie without a key, because a key would take precedence.
        ...(headers.cookie === undefined && { authorization: `Bearer ${this.#key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    this.heard.push(text, JSON.stringify([...response.headers]));
    const answer: Answer = { status: response.status, body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
    this.tried.push({ route: name, status: answer.status, code: answer.body?.error?.code, planId: planIn(answer) });
    return answer;
  }

  propose(proposal: ProposalInput & Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask("propose", { body: proposal, headers });
  }

  tool(tool: string, parameters: Record<string, string | number | boolean> = {}, targets: string[] = ["n1"], more: object = {}) {
    return this.propose({ goal: { kind: "tool", tool, parameters }, targets, ...more });
  }

  execute(plan: unknown, hash: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const body = { execution_id: "again", plan: { plan, hash }, tenant_id: "acme", actor_id: "ann", ...more };
    return this.ask("executePlan", { body, headers });
  }

  /** Logs in like the page, with the same key. This must not extend its permissions. */
  async session(): Promise<Record<string, string>> {
    const response = await fetch(`${this.#url}${routes.login.path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: this.#key }),
    });
    const { csrfToken } = (await response.json()) as { csrfToken: string };
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return { cookie, "x-csrf-token": csrfToken };
  }

  /** Votes on an approval over the live feed, and returns the refusal. */
  async voteLive(approvalId: string): Promise<string> {
    const socket = new WebSocket(`${this.#url.replace("http", "ws")}/ws`, { headers: { authorization: `Bearer ${this.#key}` } });
    try {
      return await new Promise<string>((resolve, reject) => {
        socket.on("error", reject);
        socket.on("open", () => socket.send(JSON.stringify({ type: "approval_response", approvalId, answer: "approve", reason: "yes" })));
        socket.on("message", (data: Buffer) => {
          const frame = JSON.parse(data.toString()) as { type: string; code?: string };
          this.heard.push(data.toString());
          if (frame.type === "approval_refused") resolve(frame.code ?? "");
        });
      });
    } finally {
      socket.terminate();
    }
  }
}

const planIn = ({ body }: Answer): string | undefined => body?.work?.id ?? body?.error_details?.plan_id;
