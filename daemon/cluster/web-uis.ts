/** Which pages there are: Consul's and Nomad's own, those of services with a passing HTTP check, and those that were written down. */
import { isIPv6 } from "node:net";
import type { WebUi } from "../contract/web-ui.ts";
import { type Consul, passingServices } from "./consul.ts";

export interface KnownServices {
  consul?: Consul | undefined;
  nomad?: { url: string } | undefined;
  links: readonly { name: string; url: string }[];
}

export interface WebUis {
  /** False where Consul is set up and does not answer. */
  complete: boolean;
  pages: WebUi[];
}

const FRESH_MS = 30_000;
const PATIENCE_MS = 3000;

export class WebUiFinder {
  readonly #known: KnownServices;
  #last: { at: number; found: Promise<WebUis> } | undefined;

  constructor(known: KnownServices) {
    this.#known = known;
  }

  /** Of the last half minute: a page that is looked at must not keep Consul busy. */
  find(now = Date.now()): Promise<WebUis> {
    if (!this.#last || now - this.#last.at > FRESH_MS) this.#last = { at: now, found: this.#look() };
    return this.#last.found;
  }

  async #look(): Promise<WebUis> {
    const { consul, nomad, links } = this.#known;
    const [services, nomadAnswers] = await Promise.all([
      consul && passingServices(consul, PATIENCE_MS),
      nomad && answers(`${nomad.url}/v1/status/leader`),
    ]);
    const pages: WebUi[] = [
      ...(consul ? [pageOf("Consul", `${consul.url}/ui`, services !== undefined)] : []),
      ...(nomad ? [pageOf("Nomad", nomad.url, nomadAnswers === true)] : []),
      ...(services ?? []).map(({ name, address, port }) =>
        pageOf(name, `http://${isIPv6(address) ? `[${address}]` : address}:${port}`, true),
      ),
      ...links.map(({ name, url }) => ({ name, url })),
    ];
    return { complete: !consul || services !== undefined, pages: pages.filter(({ url }) => URL.canParse(url)) };
  }
}

const pageOf = (name: string, url: string, reached: boolean): WebUi =>
  reached ? { name, url, status: "reachable" } : { name: `${name} (Not Reachable)`, url, status: "unreachable" };

/** Whatever it answers: that it wants a token is its own affair. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: "manual" });
    await response.body?.cancel();
    return true;
  } catch {
    return false; // nobody there
  }
}
